"""The command line of endpoints, with the words that Azure's has, against the real studio."""

import io
import json
import re
import sys

import pytest

from apps.endpoints import services
from apps.endpoints.models import Deployment, Endpoint
from mlstudio.cli import main
from tests.accounts.factories import AccessTokenFactory
from tests.endpoints.factories import Setting, make_ready
from tests.endpoints.replica_server import wait_until
from tests.endpoints.test_pages_calling import replica as replica
from tests.sdk.conftest import own_home as own_home

pytestmark = [pytest.mark.servers, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def setting(own_home, asgi_server, live_gateway, monkeypatch):
    setting = Setting()
    token = AccessTokenFactory(user=setting.actor)
    monkeypatch.setenv("STUDIO_URL", asgi_server.url)
    monkeypatch.setenv("STUDIO_TOKEN", token.secret)
    return setting


@pytest.fixture
def studio(setting, capsysbinary):
    """The command line of somebody who deploys: returns exit code, output and complaints."""

    def run(*words: str) -> tuple[int, str, str]:
        capsysbinary.readouterr()
        code = main([words[0], words[1], *words[2:], "--workspace", setting.workspace.name])
        captured = capsysbinary.readouterr()
        return code, captured.out.decode(), captured.err.decode()

    return run


def test_an_endpoint_from_its_file_to_its_end(studio, setting, replica, tmp_path, monkeypatch):
    file = tmp_path / "endpoint.yml"
    file.write_text("name: iris\nauth_mode: key\ntags: {team: flowers}\nrequests_per_minute: 600\n")
    code, out, err = studio("online-endpoint", "create", "--file", str(file), "--set", "tags.team=roses")
    assert code == 0, err
    assert "roses" in out
    assert "iris" in studio("online-endpoint", "list")[1]

    deployed = tmp_path / "blue.yml"
    deployed.write_text(
        f"name: blue\nendpoint_name: iris\nmodel: azureml:{setting.model.reference}\n"
        f"environment: azureml:{setting.environment.latest.reference}\n"
        "scale_settings: {type: target_utilization, min_instances: 0, max_instances: 2}\n"
        "data_collector: {collections: {model_inputs: {enabled: 'True'}}, sampling_rate: 0.5, rolling_rate: Day}\n"
    )
    code, out, err = studio(
        "online-deployment", "create", "-f", str(deployed), "--no-wait", "--all-traffic", "--set", "instance_count=1"
    )
    assert code == 0, err
    deployment = Deployment.objects.get()
    assert (deployment.scaling["max_instances"], deployment.collection["sampling_rate"]) == (2, 0.5)
    make_ready(deployment, address=replica.address)
    assert "Healthy" in studio("online-deployment", "show", "-n", "blue", "-e", "iris")[1]
    assert "blue" in studio("online-deployment", "list", "-e", "iris")[1]

    request = tmp_path / "request.bin"
    request.write_bytes(b"\x00\xff" * 5)
    ask = ("online-endpoint", "invoke", "-n", "iris", "-r", str(request))
    wait_until(lambda: studio(*ask)[0] == 0)
    assert json.loads(studio(*ask)[1]) == {"by": "one", "bytes": 10}
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"{}")))
    code, out, err = studio("online-endpoint", "invoke", "-n", "iris", "-r", "-", "-d", "green")
    assert (code, json.loads(out)["code"]) == (1, "deployment_unknown")
    assert "status 404" in err

    keys = json.loads(studio("online-endpoint", "get-credentials", "-n", "iris", "-o", "json")[1])
    new = json.loads(
        studio("online-endpoint", "regenerate-keys", "-n", "iris", "--key-type", "secondary", "-o", "json")[1]
    )
    assert new["primary_key"] == keys["primary_key"]
    assert new["secondary_key"] != keys["secondary_key"]
    assert studio("online-endpoint", "update", "-n", "iris", "--traffic", "blue=0")[0] == 0
    assert Endpoint.objects.get().traffic == {}
    file.write_text("name: iris\ndescription: Kinds of iris\ntraffic: {blue: 100}\n")
    code, out, err = studio("online-endpoint", "update", "--file", str(file))
    assert code == 0, err
    assert (Endpoint.objects.get().description, Endpoint.objects.get().traffic) == ("Kinds of iris", {"blue": 100})
    assert (
        studio("online-deployment", "update", "-n", "blue", "-e", "iris", "--instance-count", "2", "--no-wait")[0] == 0
    )
    deployment.refresh_from_db()
    assert (deployment.instance_count, deployment.scaling) == (2, {})
    assert studio("online-deployment", "get-logs", "-n", "blue", "-e", "iris", "-l", "5")[0] == 0
    services.set_traffic(actor=setting.actor, endpoint=Endpoint.objects.get(), traffic={})
    assert studio("online-deployment", "delete", "-n", "blue", "-e", "iris", "--yes")[0] == 0
    assert studio("online-endpoint", "delete", "-n", "iris", "-y")[0] == 0
    assert not Endpoint.objects.exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["online-endpoint", "create", "-n", "x", "--local"], "There is no local deployment"),
        (["online-deployment", "create", "-f", "x.yml", "--local"], "There is no local deployment"),
        (["online-endpoint", "update", "-n", "x"], "--traffic"),
        (["online-deployment", "update", "-n", "x"], "--instance-count"),
        (["online-endpoint", "update", "-n", "x", "--traffic", "blue"], "NAME=PERCENT"),
        (["online-deployment", "create", "-f", "nowhere.yml"], "cannot be read"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(studio, capsysbinary, words, sentence):
    try:
        code, _out, err = studio(*words)
    except SystemExit as end:
        code, err = int(str(end.code)), capsysbinary.readouterr().err.decode()
    assert code != 0
    assert sentence in re.sub(r"\s+", " ", err)
