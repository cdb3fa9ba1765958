"""The deployment files agree with one another and with the code, as far as can be told without a container engine."""

import fnmatch
import importlib
import importlib.util
import re
import shutil
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.management import get_commands

from studio.environment import Environment
from tests.docker.deployment import (
    DOCKER,
    PROCESSES,
    PROJECT,
    command_of,
    compose,
    copies,
    environment_of,
    example,
    instructions,
    variables_of_compose,
)

# What the image decides: the folder, and where processes listen inside their containers.
OF_THE_IMAGE = {"STUDIO_HOME", "STUDIO_PORT", "STUDIO_HOST"}
SECRETS = {
    "POSTGRES_PASSWORD": "p" * 48,
    "VALKEY_PASSWORD": "v" * 48,
    "S3_SECRET_KEY": "s" * 48,
    "STUDIO_SECRET_KEY": "k" * 64,
}
FILLED_IN = {**example(), **SECRETS, "STUDIO_ENCRYPTION_KEYS": Fernet.generate_key().decode()}


class Recorder(dict):
    """Remembers what was asked for."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def get(self, name, default=None):
        self.asked.add(name)
        return default


def variables_of_the_studio() -> set[str]:
    recorder = Recorder()
    Environment.read(recorder)
    return recorder.asked


@pytest.mark.parametrize("service", PROCESSES)
def test_every_process_can_be_given_every_setting_and_no_other(service):
    given = {name for name in environment_of(service, FILLED_IN) if name.startswith("STUDIO_")}
    assert given == variables_of_the_studio() - OF_THE_IMAGE


@pytest.mark.parametrize("service", PROCESSES)
def test_the_example_filled_in_is_a_configuration_the_studio_starts_with(service):
    environment = Environment.read(environment_of(service, FILLED_IN))
    assert environment.database_url.startswith("postgresql://studio:")
    assert not environment.uses_embedded_broker
    assert environment.isolates_content
    assert environment.secure_cookies


def test_the_example_names_every_variable_that_compose_wants_and_no_other():
    assert set(example(with_suggestions=True)) == variables_of_compose()


@pytest.mark.parametrize("name", ["STUDIO_URL", *SECRETS, "STUDIO_ENCRYPTION_KEYS"])
def test_compose_refuses_to_start_without(name):
    with pytest.raises(ValueError, match=name):
        environment_of("web", {**FILLED_IN, name: ""})


@pytest.mark.parametrize("service", [*PROCESSES, "agent"])
def test_commands_name_what_exists(service):
    program, *arguments = command_of(service, FILLED_IN)
    assert shutil.which(program, path=str(Path(sys.executable).parent))
    if program == "uvicorn":
        module, _colon, attribute = arguments[0].partition(":")
        assert callable(getattr(importlib.import_module(module), attribute))
    if arguments[0] == "-m":
        assert importlib.util.find_spec(f"{arguments[1]}.__main__")
    elif program == "python":
        assert (PROJECT / arguments[0]).is_file()
        assert arguments[1] in get_commands()
    if program == "celery":
        assert importlib.import_module(arguments[1]).app


def test_the_proxy_and_the_health_checks_ask_where_the_processes_listen():
    listening = {}
    for service in ("web", "gateway"):
        command = command_of(service, FILLED_IN)
        listening[service] = command[command.index("--port") + 1]
    caddyfile = (DOCKER / "Caddyfile").read_text()
    # The studio's name, of which the gateway has the scoring; then the name of what users made.
    web, gateway = (f"{name}:{port}" for name, port in listening.items())
    assert re.findall(r"reverse_proxy (?:@scoring )?(\S+)", caddyfile) == [gateway, web, gateway]
    assert f"reverse_proxy @scoring {gateway}" in caddyfile
    assert set(re.findall(r"\{\$(\w+)\}", caddyfile)) == set(compose()["services"]["proxy"]["environment"])
    check = next(step.arguments for step in instructions() if step.word == "HEALTHCHECK")
    assert f":{listening['web']}/healthz" in check
    assert f":{listening['gateway']}/healthz" in compose()["services"]["gateway"]["healthcheck"]["test"][-1]


def test_every_service_is_checked_and_comes_back_after_a_failure():
    for name, service in compose()["services"].items():
        assert service["restart"] in {"unless-stopped", "on-failure"}, name
        assert name in {"proxy", "web"} or "healthcheck" in service, name
        waits_for_health = [
            other
            for one in compose()["services"].values()
            for other, how in one.get("depends_on", {}).items()
            if other == name and how["condition"] == "service_healthy"
        ]
        assert not waits_for_health or service.get("healthcheck") != {"disable": True}, name


def test_database_broker_and_files_are_not_reachable_from_outside():
    for name in ("postgresql", "valkey", "s3"):
        service = compose()["services"][name]
        assert service["networks"] == ["inside"]
        assert "ports" not in service
    assert compose()["networks"]["inside"]["internal"] is True


@pytest.mark.parametrize("service", [*PROCESSES, "agent"])
def test_processes_have_no_rights_they_do_not_need(service):
    settings = compose()["services"][service]
    assert settings["read_only"] is True
    assert settings["cap_drop"] == ["ALL"]
    assert not settings.get("privileged")
    assert any(step.word == "USER" and step.arguments == "1000" for step in instructions())


def test_where_user_code_runs_are_none_of_the_studios_secrets():
    assert set(environment_of("agent", FILLED_IN)) == {"STUDIO_RUNNER_GRACE_S", "STUDIO_REPLICA_HOST"}
    assert compose()["services"]["agent"]["networks"] == ["outside"]


def test_what_the_image_copies_exists_and_reaches_the_builder():
    ignored = (DOCKER / "Dockerfile.dockerignore").read_text().splitlines()
    let_in = {line[1:] for line in ignored if line.startswith("!")}
    for sources, _destination in copies():
        for source in sources:
            assert (PROJECT / source).exists(), source
            assert source.split("/")[0] in let_in, source


def test_built_files_and_packages_stay_out_of_the_build():
    ignored = (DOCKER / "Dockerfile.dockerignore").read_text().splitlines()
    for path in (
        "static/node_modules",
        "static/dist",
        "apps/core/__pycache__",
        "studio/locale/es/LC_MESSAGES/django.mo",
    ):
        matching = [line for line in ignored if fnmatch.fnmatch(path, line.replace("**/", "*")) and line != "*"]
        assert matching, path


def test_packages_are_built_for_the_python_that_runs_them():
    bases = [step.arguments.split()[0] for step in instructions() if step.word == "FROM"]
    pythons = {base for base in bases if base.startswith("python:")}
    assert len(pythons) == 1
    version = tuple(int(part) for part in re.findall(r"\d+", pythons.pop())[:2])
    lowest = re.search(r'requires-python = ">=(\d+)\.(\d+)"', (PROJECT / "pyproject.toml").read_text())
    assert lowest
    assert version >= tuple(int(part) for part in lowest.groups())
