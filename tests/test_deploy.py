"""What deploy/ says agrees with the site; other programs read it where they are installed."""

import os
import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest
import yaml
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
OURS = ["migrate", "web", "worker"]
UNITS = sorted((DEPLOY / "systemd").iterdir())
NGINX = (DEPLOY / "nginx" / "contacts.conf.template").read_text()
# What deploy/ itself reads, or the images of others.
OF_DEPLOY = {
    *("BIND", "MIGRATE", "WEB_WORKERS", "WEB_THREADS"),
    *("SERVER_NAME", "UPSTREAM", "CERTIFICATES"),
    *("POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "POSTGRES_INITDB_ARGS", "PATH"),
}


def needs(program: str):
    absent = not shutil.which(program) and "CI" not in os.environ
    return pytest.mark.skipif(absent, reason=f"{program} is not installed")


def settings_read() -> set[str]:
    """The variables that the site reads."""
    sources = [ROOT / "contacts_site" / name for name in ("settings.py", "environment.py")]
    found = (re.findall(r'\(\s*"([A-Z][A-Z_]+)"', source.read_text()) for source in sources)
    return {name for names in found for name in names}


def variables_named() -> set[str]:
    """The variables that deploy/ sets or asks for."""
    example = (DEPLOY / "contacts.env.example").read_text()
    names = set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))
    for service in SERVICES.values():
        names |= set(service.get("environment", {}))
    for path in [*UNITS, DEPLOY / "entry-point", DEPLOY / "compose.yaml"]:
        content = path.read_text()
        names |= set(re.findall(r"^Environment=([A-Z_]+)=", content, re.MULTILINE))
        names |= set(re.findall(r"\$\{([A-Z_]+)", content))
    return names | set(re.findall(r"\$\{([A-Z_]+)", NGINX))


def test_every_variable_is_known_to_the_site_or_to_deploy():
    assert {"SECRET_KEY", "FILES_DIR", "BEHIND_PROXY"} <= settings_read() & variables_named()
    assert variables_named() - settings_read() - OF_DEPLOY == set()


def test_two_of_each_and_only_nginx_faces_the_world():
    assert [SERVICES[name]["deploy"]["replicas"] for name in ("web", "worker")] == [2, 2]
    for name in ("web", "worker"):
        assert SERVICES[name]["deploy"]["resources"]["limits"]["memory"]
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert SERVICES["database"]["networks"] == ["inside"]


@pytest.mark.parametrize("name", OURS)
def test_the_site_runs_without_rights(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert any(mount.startswith("/tmp") for mount in service["tmpfs"])  # noqa: S108
    # All of them share the files.
    assert service["volumes"] == ["files:/files"]
    assert service["environment"]["FILES_DIR"] == "/files"


def test_the_site_starts_once_the_tables_are_there():
    for name in ("web", "worker"):
        assert SERVICES[name]["depends_on"]["migrate"]["condition"].endswith("successfully")


def test_the_image_is_nobodys_and_knows_whether_it_is_well():
    lines = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    words = [line.split(None, 1) for line in lines if line and not line.startswith("#")]
    instructions = [first for first, _ in words]
    assert instructions.count("FROM") == 2
    last = instructions.index("FROM", 1)
    after = dict(words[last:])
    assert after["USER"] not in ("root", "0")
    assert "deploy/check_health.py" in after["HEALTHCHECK"]
    assert after["ENTRYPOINT"] == '["deploy/entry-point"]'
    for first, rest in words[:last]:
        if first == "COPY":
            assert all((ROOT / source).exists() for source in rest.split()[:-1])


def test_both_stages_of_the_image_stand_on_a_current_debian_or_on_what_one_names():
    lines = (DEPLOY / "Dockerfile").read_text().splitlines()
    (base,) = [line.removeprefix("ARG BASE=") for line in lines if line.startswith("ARG BASE=")]
    assert base == "docker.io/library/python:3.13-slim-trixie"
    stages = [line.split()[1] for line in lines if line.startswith("FROM")]
    assert stages == ["${BASE}", "${BASE}"]


def test_the_image_has_the_packages_of_the_lock_and_no_others():
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    assert "RUN VENV=/venv scripts/install run\n" in dockerfile
    assert "pip install" not in dockerfile


def test_no_secret_gets_into_the_image_or_into_git():
    left_out = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    unknown_to_git = (ROOT / ".gitignore").read_text().splitlines()
    for name in ("deploy/contacts.env", "deploy/certificates"):
        assert name in left_out
        assert name in [line.rstrip("/") for line in unknown_to_git]
    assert ".git" in left_out
    example = (DEPLOY / "contacts.env.example").read_text()
    assert "SECRET_KEY=\n" in example


def test_nginx_lets_in_what_the_site_lets_in():
    forms, most = re.findall(r"client_max_body_size (\d+)m;", NGINX)
    assert int(forms) * 1024 * 1024 > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert int(most) * 1024 * 1024 > settings.CONTACT_FILE_MAX_BYTES
    assert int(most) * 1024 * 1024 > settings.MAIL_MAX_ATTACHMENT_BYTES
    for header in ("Host $host", "X-Forwarded-Proto $scheme", "X-Request-ID $request_id"):
        assert f"proxy_set_header {header};" in NGINX


def test_nginx_logs_no_query_and_redirects_to_no_other_host():
    (format_,) = re.findall(r"log_format contacts ([^;]*);", NGINX)
    for variable in ("$request ", "$request'", "$request_uri", "$args", "$query", "$http_"):
        assert variable not in format_
    logs = re.findall(r"access_log (.*);", NGINX)
    assert logs
    assert all(log.endswith(" contacts") for log in logs)
    assert re.findall(r"error_log \S+ (\w+);", NGINX) == ["crit"]
    servers = NGINX.split("server {")[1:]
    assert len(servers) == 4
    assert all("listen [::]:" in server for server in servers)
    for_others = [server for server in servers if "default_server" in server]
    assert len(for_others) == 2
    assert not any("return 3" in server for server in for_others)


def test_nginx_says_in_french_what_the_site_cannot_say_itself():
    answers = dict(re.findall(r'return (\d{3}) "(.*)";', NGINX))
    assert set(answers) == {"413", "429", "503"}
    for answer in answers.values():
        assert "<html lang='fr'>" in answer
        assert "<h1>" in answer


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_units_are_readable_and_bounded(path):
    unit = ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read_string(path.read_text())
    assert unit["Unit"]["Description"]
    if path.suffix == ".service":
        service = unit["Service"]
        assert service["User"] == "contacts"
        assert service["ProtectSystem"] == "strict"
        assert service["NoNewPrivileges"] == "true"
        assert service["MemoryMax"]
        program, command = service["ExecStart"].removeprefix("/srv/contacts/").split()
        assert (ROOT / program).stat().st_mode & 0o111
        assert command in ("web", "worker", "purge")


@needs("systemd-analyze")
def test_systemd_understands_the_units(tmp_path):
    paths = []
    for unit in UNITS:
        path = tmp_path / unit.name
        path.write_text(unit.read_text().replace("/srv/contacts", str(ROOT)))
        paths.append(path)
    done = subprocess.run(
        ["systemd-analyze", "verify", *paths], capture_output=True, text=True, check=False
    )
    assert [line for line in done.stderr.splitlines() if "contacts" in line] == []


@needs("nginx")
@needs("openssl")
def test_nginx_understands_its_site(tmp_path):
    names = ["-keyout", "privkey.pem", "-out", "fullchain.pem", "-subj", "/CN=localhost"]
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    subprocess.run([*make, *names], cwd=tmp_path, capture_output=True, check=True)
    site = NGINX
    values = {"SERVER_NAME": "localhost", "UPSTREAM": "127.0.0.1:8000", "CERTIFICATES": tmp_path}
    for name, value in values.items():
        site = site.replace(f"${{{name}}}", str(value))
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"pid {tmp_path}/pid; events {{}} http {{ {site} }}")
    done = subprocess.run(
        ["nginx", "-t", "-p", tmp_path, "-e", "stderr", "-c", whole],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_shell_understands_the_entry_point():
    subprocess.run(["sh", "-n", DEPLOY / "entry-point"], check=True)
