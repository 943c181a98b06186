# What people and tools do with this project. Needs python3, make and a shell; `make install`
# brings everything else into .venv.

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
INSTALLED := .venv/.installed

.PHONY: install run test lint format audit bench load fuzz screenshots clean

install: $(INSTALLED)

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	touch $@

run: install
	PORT=$(PORT) scripts/run

test: install
	scripts/test

lint: export SECRET_KEY = only-for-checks
lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/djlint templates --check --lint --quiet
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	scripts/check_deployment

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djlint templates --reformat --quiet

# Asks about known vulnerabilities; run it once a week. It needs the advisory service of PyPI.
audit: install
	$(BIN)/python scripts/audit.py

bench: install
	$(BIN)/python -m benchmarks

# Ten minutes for all kinds of files; a file that is a finding is kept in var/fuzz.
fuzz: install
	$(BIN)/python -m scripts.fuzz

# People at work: `make load SECONDS=20 PEOPLE=10 MEMBERS=1000` for a trial.
SECONDS ?= 120
PEOPLE ?= 50
MEMBERS ?= 100000
load: install
	@scripts/with_postgresql $(BIN)/python -m benchmarks.load \
	  --seconds $(SECONDS) --people $(PEOPLE) --members $(MEMBERS)

screenshots: install
	$(BIN)/python scripts/screenshots.py

clean:
	rm -rf .venv staticfiles .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
