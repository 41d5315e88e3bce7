"""The compose file against its schema, the Procfile and the settings: there is no container engine in the tests."""

import json
import os
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands
from jsonschema import Draft201909Validator

from backend.config.management.commands.web import Command as Web
from backend.config.processes import listed

ROOT = Path(__file__).parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text("utf-8")
CADDYFILE = (ROOT / "Caddyfile").read_text("utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
GIVEN = {"SITE": "anwangge.example", "POSTGRES_PASSWORD": "p4ssw0rd", "SECRET_KEY": "k3y"}
REFERENCE = re.compile(r"\$\{(\w+)(?::\?([^}]*))?\}")

# every variable of the compose file must change what is read here
READ_SETTINGS = """
import json
from backend.config import settings as s
database = {name: s.DATABASES["default"].get(name) for name in ("ENGINE", "HOST", "USER", "PASSWORD", "NAME")}
print(json.dumps([database, s.REDIS_URL, s.SECRET_KEY, s.ALLOWED_HOSTS, s.SESSION_COOKIE_SECURE, str(s.MEDIA_ROOT)]))
"""


def interpolated(given: dict[str, str]) -> dict[str, Any]:
    """The file as Compose reads it: ${NAME} and ${NAME:?message}, which refuses an empty NAME."""

    def value(reference: re.Match[str]) -> str:
        name, message = reference.groups()
        if message is not None and not given.get(name):
            raise KeyError(message)
        return given.get(name, "")

    return yaml.safe_load(REFERENCE.sub(value, COMPOSE))


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    return interpolated(GIVEN)["services"]


@pytest.fixture(scope="module")
def ours(services) -> dict[str, dict[str, Any]]:
    """The services that run our image."""
    return {name: service for name, service in services.items() if service["image"] == "anwangge"}


def waits_for(service: dict[str, Any], condition: str) -> set[str]:
    return {name for name, wanted in service.get("depends_on", {}).items() if wanted["condition"] == condition}


def test_it_is_valid_by_the_compose_specification():
    schema = json.loads((ROOT / "tests/rules/compose-spec.json").read_text("utf-8"))
    faults = Draft201909Validator(schema).iter_errors(interpolated(GIVEN))
    assert [f"{list(fault.path)}: {fault.message}" for fault in faults] == []


def test_the_services_are_the_processes_of_the_procfile(ours):
    running = {name: service["command"] for name, service in ours.items() if service["restart"] != "no"}
    assert running == {name: command for name, command in listed().items() if name != "store"}


def test_the_only_other_service_of_ours_prepares_and_ends(ours):
    once = {name: service for name, service in ours.items() if service["restart"] == "no"}
    assert list(once) == ["migrate"]
    program, command, *_ = shlex.split(once["migrate"]["command"])
    assert program == "anwangge"
    assert command in get_commands()


def test_nothing_of_ours_starts_before_the_tables_and_the_store_are_there(ours):
    for name in ours.keys() - {"migrate"}:
        assert waits_for(ours[name], "service_completed_successfully") == {"migrate"}
        assert waits_for(ours[name], "service_healthy") == {"store"}
    assert waits_for(ours["migrate"], "service_healthy") == {"database"}


def test_what_others_wait_for_has_a_health_check(services):
    awaited = {name for service in services.values() for name in waits_for(service, "service_healthy")}
    assert awaited == {"web", "store", "database"}
    assert all("healthcheck" in services[name] for name in awaited)


def test_web_and_worker_can_be_scaled(services):
    for name in ("web", "worker"):
        assert not {"ports", "container_name"} & services[name].keys()


def test_only_the_site_can_be_reached_from_outside(services):
    assert [name for name, service in services.items() if "ports" in service] == ["site"]


@pytest.mark.parametrize("name", sorted(GIVEN))
def test_a_missing_setting_is_refused_with_a_remedy(name):
    with pytest.raises(KeyError, match=f"set {name} in .env"):
        interpolated(GIVEN | {name: ""})


def test_the_example_names_every_setting_and_holds_no_secret():
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    example = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert example == dict.fromkeys({name for name, _ in REFERENCE.findall(COMPOSE)}, "")


@cache
def settings_under(environment: frozenset[tuple[str, str]]) -> Any:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    program = [sys.executable, "-c", READ_SETTINGS]
    read = subprocess.run(program, env=kept | dict(environment), cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(read.stdout)


@pytest.fixture
def environment(ours, tmp_path_factory) -> dict[str, str]:
    """What our processes are given, with the volume somewhere that a test may write to."""
    given = {tuple(sorted(service["environment"].items())) for service in ours.values()}
    assert len(given) == 1
    return dict(next(iter(given))) | {"ANWANGGE_HOME": str(tmp_path_factory.getbasetemp() / "data")}


def test_the_settings_are_those_of_a_server(environment):
    database, store, secret, hosts, secure, files = settings_under(frozenset(environment.items()))
    assert database.pop("ENGINE") == "django.db.backends.postgresql"
    assert database == {"HOST": "database", "USER": "anwangge", "PASSWORD": "p4ssw0rd", "NAME": "anwangge"}
    assert (store, secret, secure) == ("redis://store:6379/0", "k3y", True)
    assert hosts == ["anwangge.example", "localhost"]
    assert files == f"{environment['ANWANGGE_HOME']}/files"


@pytest.mark.parametrize(
    "name", ["ANWANGGE_HOME", "ANWANGGE_HOSTS", "ANWANGGE_HTTPS", "DATABASE_URL", "REDIS_URL", "SECRET_KEY"]
)
def test_every_variable_it_sets_is_read_by_the_settings(environment, name, tmp_path):
    without = {"ANWANGGE_HOME": str(tmp_path)} | {key: value for key, value in environment.items() if key != name}
    assert settings_under(frozenset(environment.items())) != settings_under(frozenset(without.items()))


def test_no_variable_is_left_out_above(ours):
    tested = test_every_variable_it_sets_is_read_by_the_settings.pytestmark[0].args[1]
    assert set(ours["web"]["environment"]) == set(tested)


def test_the_files_are_on_one_volume_that_all_of_ours_share(ours):
    assert {tuple(service["volumes"]) for service in ours.values()} == {("files:/data",)}
    assert {service["environment"]["ANWANGGE_HOME"] for service in ours.values()} == {"/data"}


def test_every_volume_is_declared_and_used(services):
    mounted = {volume.split(":")[0] for service in services.values() for volume in service.get("volumes", [])}
    assert {name for name in mounted if not name.startswith(".")} == interpolated(GIVEN)["volumes"].keys()


def test_caddy_hands_everything_to_the_web_processes(services):
    port = Web().create_parser("anwangge", "web").get_default("port")
    assert re.search(rf"^\treverse_proxy {{\n\t\tdynamic a web {port} ", CADDYFILE, re.MULTILINE)
    assert "web" in services
    assert re.search(r"^\{\$SITE\} \{$", CADDYFILE, re.MULTILINE)
    assert not re.search(r"^\s*(handle|handle_path|route|respond|redir|@\w+)\b", CADDYFILE, re.MULTILINE)


def test_the_image_does_not_run_as_root_and_brings_what_is_read_beside_the_code():
    last_stage = DOCKERFILE.split("\nFROM ")[-1]
    assert re.findall(r"^USER (\S+)$", last_stage, re.MULTILINE) == ["anwangge"]
    for needed in ("pwa/dist", "Procfile", "grids", "backend", "towns"):
        assert re.search(rf"^COPY .*\b{needed}\b", last_stage, re.MULTILINE), needed
