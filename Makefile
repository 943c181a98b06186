# What people and tools do with this project. Needs python3, make and a shell; each target installs
# into .venv what it needs, and no more.

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
export PYTHON

.NOTPARALLEL:
.PHONY: install run test test-python lint format audit lock bench load fuzz screenshots image clean

# What a developer needs.
install: .venv/.run .venv/.test .venv/.lint

.venv/.run: requirements/build.txt requirements/run.txt
	scripts/install run
	@touch $@

# The packages of an extra: those of the site stay as they are.
.venv/.%: requirements/%.txt .venv/.run
	scripts/install run $*
	@touch $@

run: .venv/.run
	PORT=$(PORT) scripts/run

test: .venv/.test
	scripts/test

# The suite on another Python, without a browser: `make test-python PYTHON=python3.13`.
test-python:
	scripts/test_python

lint: export SECRET_KEY = only-for-checks
lint: .venv/.lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/djlint templates --check --lint --quiet
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	scripts/check_deployment

format: .venv/.lint
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djlint templates --reformat --quiet

# Asks about known vulnerabilities; run it once a week. It needs the advisory service of PyPI.
audit: .venv/.lint
	$(BIN)/python scripts/audit.py

# Writes requirements/ anew after a change in pyproject.toml; UPGRADE=--upgrade takes the newest.
lock: .venv/.lock
	$(BIN)/python scripts/lock.py $(UPGRADE)

bench: .venv/.bench
	$(BIN)/python -m benchmarks

# Ten minutes for all kinds of files; a file that is a finding is kept in var/fuzz.
fuzz: .venv/.fuzz
	$(BIN)/python -m scripts.fuzz

# People at work: `make load SECONDS=20 PEOPLE=10 MEMBERS=1000` for a trial.
SECONDS ?= 120
PEOPLE ?= 50
MEMBERS ?= 100000
load: .venv/.bench
	@scripts/with_postgresql $(BIN)/python -m benchmarks.load \
	  --seconds $(SECONDS) --people $(PEOPLE) --members $(MEMBERS)

screenshots: .venv/.test
	$(BIN)/python scripts/screenshots.py

# Builds the image with docker, podman or buildah, and tries it with a worker and PostgreSQL.
image:
	scripts/image

clean:
	rm -rf .venv staticfiles .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
