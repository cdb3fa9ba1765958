"""The API of endpoints, and the files of Azure ML v2 that it reads."""

import io
import zipfile

import pytest

from apps.compute.models import LOCAL
from apps.endpoints import services
from apps.endpoints.differences import differences
from apps.endpoints.models import Deployment, Endpoint
from apps.endpoints.probes import probes_of
from apps.experiments.jobs.fields import FieldReader
from apps.experiments.jobs.yaml_text import read_yaml
from tests.compute.factories import AgentFactory
from tests.endpoints.factories import make_ready, open_replicas, order_of
from tests.workspaces.factories import member

pytestmark = pytest.mark.django_db

ENDPOINT_FILE = """
$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineEndpoint.schema.json
name: my-endpoint
auth_mode: aml_token
tags: {team: flowers}
"""
DEPLOYMENT_FILE = """
$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json
name: blue
endpoint_name: iris
model: azureml:MODEL
code_configuration:
  code: ./src
  scoring_script: score.py
environment: azureml:ENVIRONMENT
environment_variables: {LEVEL: 3}
instance_type: Standard_DS3_v2
instance_count: 2
request_settings:
  request_timeout_ms: 3000
  max_concurrent_requests_per_instance: 4
liveness_probe: {period: 10}
"""


@pytest.fixture
def api(setting, api_of):
    return api_of(setting.actor)


@pytest.fixture
def base(setting):
    return f"/api/v1/workspaces/{setting.workspace.name}/endpoints/"


def code():
    """Return a zip with a script."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("score.py"), "def init(): ...\n\n\ndef run(data): return data\n")
    packed.seek(0)
    packed.name = "code.zip"
    return packed


def test_an_endpoint_file_makes_an_endpoint(api, base):
    made = api.post(base, {"file": ENDPOINT_FILE}, format="json")
    assert made.status_code == 201
    endpoint = Endpoint.objects.get()
    assert (endpoint.name, endpoint.auth_mode, endpoint.tags) == ("my-endpoint", "token", {"team": "flowers"})
    assert made.json()["scoring_uri"].endswith("/my-endpoint/score")
    assert api.post(base, {"name": "my-endpoint"}, format="json").status_code == 409


def test_a_deployment_file_says_what_must_be_sent_with_it(api, base):
    said = api.post(f"{base}-/deployment-file/", {"file": DEPLOYMENT_FILE}, format="json").json()
    assert (said["endpoint_name"], said["name"], said["code"], said["model"]) == ("iris", "blue", "./src", "")


def test_a_deployment_file_is_read_unchanged(setting, api, base):
    setting.endpoint()
    text = DEPLOYMENT_FILE.replace("MODEL", setting.model.reference)
    text = text.replace("ENVIRONMENT", setting.environment.latest.reference)
    made = api.post(f"{base}iris/deployments/", {"file": text, "code": code()}, format="multipart")
    assert made.status_code == 201, made.content
    deployment = Deployment.objects.get()
    revision = deployment.candidate
    assert revision
    assert (deployment.instance_count, revision.entry_script, revision.model) == (2, "score.py", setting.model)
    assert revision.variables == {"LEVEL": "3"}
    expected = {"timeout_ms": 3000, "max_concurrent": 4, "max_queue_wait_ms": 500, "startup_s": 900, "silence_s": 300}
    assert revision.request_settings == expected
    assert any("instance_type" in warning for warning in revision.warnings)


def test_probes_say_how_long_a_server_may_start_and_be_silent_and_are_written_back(setting, api, base):
    setting.endpoint()
    text = DEPLOYMENT_FILE.replace("MODEL", setting.model.reference)
    text = text.replace("ENVIRONMENT", setting.environment.latest.reference)
    probes = "liveness_probe: {period: 5, failure_threshold: 3}\nreadiness_probe: {initial_delay: 60, period: 10}\n"
    text = text.replace("liveness_probe: {period: 10}\n", probes)
    assert api.post(f"{base}iris/deployments/", {"file": text, "code": code()}, format="multipart").status_code == 201
    deployment = Deployment.objects.get()
    revision = deployment.candidate
    assert revision
    assert (revision.request_settings["silence_s"], revision.request_settings["startup_s"]) == (15, 60 + 10 * 30)
    assert not any("probe" in warning for warning in revision.warnings)
    written = read_yaml(api.get(f"{base}iris/deployments/blue/yaml/").content.decode(), "file")
    assert probes_of(FieldReader(written)).settings == {"silence_s": 15, "startup_s": 360}


@pytest.mark.parametrize(
    ("probes", "startup_s", "silence_s", "words"),
    [
        (
            "liveness_probe: {period: 1, failure_threshold: 3}",
            900,
            5,
            "silent for 3 s. Here that is between 5 and 3600 s; 5 s",
        ),
        ("readiness_probe: {period: 600}", 7200, 30, "18010 s to start. Here that is between 1 and 7200 s; 7200 s"),
        ("liveness_probe: {period: 10, timeout: 20, failure_threshold: 3}", 900, 60, ""),
        ("liveness_probe: {initial_delay: 1200, failure_threshold: 3}", 1200, 30, ""),
        ("readiness_probe: {success_threshold: 2}", 310, 30, "“readiness_probe.success_threshold” is passed over"),
        ("liveness_probe:", 900, 30, ""),
    ],
)
def test_probes_that_cannot_hold_as_they_are_say_what_holds(setting, api, base, probes, startup_s, silence_s, words):
    setting.endpoint()
    text = f"name: blue\nmodel: azureml:{setting.model.reference}\n{probes}\n"
    made = api.post(f"{base}iris/deployments/", {"file": text}, format="json")
    assert made.status_code == 201, made.content
    revision = made.json()["candidate"]
    told = revision["request_settings"]
    assert (told["startup_s"], told["silence_s"]) == (startup_s, silence_s)
    warnings = [warning for warning in revision["warnings"] if "probe" in warning]
    assert (words in "".join(warnings)) if words else not warnings
    again = read_yaml(api.get(f"{base}iris/deployments/blue/yaml/").content.decode(), "file")
    read = probes_of(FieldReader(again)).settings
    assert {"startup_s": 900, "silence_s": 30, **read} == {"startup_s": startup_s, "silence_s": silence_s}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- a\n- b\n", "mapping"),
        ("name: blue\nliveness_probe: {period: often}\n", "Line 2"),
        ("name: blue\nreadiness_probe: {path: /ready}\n", "initial_delay"),
        ("name: blue\nliveness_probe: {period: 0}\n", "Line 2: it is a whole number from 1"),
        ("name: blue\nliveness_probe: {period: 1.5}\n", "liveness_probe.period"),
        ("name: blue\nreadiness_probe: {failure_threshold: -3}\n", "readiness_probe.failure_threshold"),
        ("name: blue\nrequest_settings: {request_timeout_ms: 0}\n", "request_settings.request_timeout_ms"),
        ("name: blue\nrequest_settings: {request_timeout_ms: soon}\n", "Line 2"),
        ("name: blue\ninstance_count: many\n", "Line 2"),
        ("name: blue\nmodel: azureml:nothing:1\n", "nothing"),
        ("name: blue\nenvironment: {conda_file: conda.yml}\n", "conda.yml"),
    ],
)
def test_what_is_wrong_with_a_deployment_file_is_told_with_its_line(setting, api, base, text, words):
    setting.endpoint()
    refused = api.post(f"{base}iris/deployments/", {"file": text}, format="json")
    assert 400 <= refused.status_code < 500
    assert words in refused.content.decode()


def test_revisions_scale_and_delete(setting, api, base):
    make_ready(setting.deployment())
    one = f"{base}iris/deployments/blue/"
    said = {"model": setting.model.reference, "environment_variables": {"A": "1"}}
    made = api.post(f"{one}revisions/", said, format="json").json()
    assert (made["state"], made["provisioning_state"], made["candidate"]["number"]) == ("Updating", "Updating", 2)
    assert api.post(f"{one}revisions/", said, format="json").status_code == 409
    assert api.patch(one, {"instance_count": 3}, format="json").json()["instance_count"] == 3
    assert api.delete(one).status_code == 409
    assert api.delete(f"{one}?confirm=blue").status_code == 204
    assert api.get(one).status_code == 404


def test_keys_and_tokens_are_for_those_who_deploy(setting, api, api_of, base):
    setting.endpoint()
    keys = api.get(f"{base}iris/keys/").json()
    new = api.post(f"{base}iris/keys/", {"key_type": "secondary"}, format="json").json()
    assert new["primary_key"] == keys["primary_key"]
    assert new["secondary_key"] != keys["secondary_key"]
    assert api.post(f"{base}iris/token/").json()["token"]
    reader = api_of(member(setting.workspace, "reader"))
    assert reader.get(f"{base}iris/keys/").status_code == 403
    assert reader.get(f"{base}iris/").status_code == 200


def test_traffic(setting, api, base):
    setting.deployment()
    assert api.put(f"{base}iris/traffic/", {"traffic": {"blue": 50}}, format="json").status_code == 400
    assert api.put(f"{base}iris/traffic/", {"traffic": {"blue": 0}}, format="json").json()["traffic"] == {}


def test_a_runner_tells_of_its_server_with_the_token_of_its_work(setting, api_of, client):
    from apps.compute import tokens

    deployment = setting.deployment()
    services.reconcile(deployment.pk)
    (replica,) = open_replicas(deployment)
    order = order_of(replica)
    said = {"state": "ready", "address": "unix:/run/a.sock", "schema": {}, "figures": {"memory_mb": 12.5}}
    token = tokens.make("work", order.pk, order.attempt)
    headers = {"authorization": f"Bearer {token}"}
    answer = client.post("/api/v1/work/replica/", said, content_type="application/json", headers=headers)
    assert answer.json() == {"drain": False}
    replica.refresh_from_db()
    assert (replica.state, replica.address, replica.figures) == ("ready", "unix:/run/a.sock", {"memory_mb": 12.5})
    wrong = {**said, "address": "http://elsewhere"}
    refused = client.post("/api/v1/work/replica/", wrong, content_type="application/json", headers=headers)
    assert refused.status_code == 400
    of_code = {"authorization": f"Bearer {tokens.make('run', order.pk, order.attempt)}"}
    assert (
        client.post("/api/v1/work/replica/", said, content_type="application/json", headers=of_code).status_code == 401
    )


SCALED = """
name: blue
scale_settings: {type: target_utilization, min_instances: 2, max_instances: 5, target_utilization_percentage: 60}
data_collector: {collections: {model_inputs: {enabled: 'True'}, model_outputs: {enabled: 'False'}}, sampling_rate: 0.1}
resources: {limits: {cpu: '1', memory: 2Gi}}
sample_request: {data: [[1, 2]]}
"""


def test_scaling_collecting_and_limits_are_read_from_a_file_and_written_back(setting, api, base):
    setting.endpoint()
    text = f"{SCALED}model: azureml:{setting.model.reference}\nenvironment: {setting.environment.latest.reference}\n"
    assert api.post(f"{base}iris/deployments/", {"file": text}, format="json").status_code == 201
    first = Deployment.objects.get()
    assert first.scaling["target_utilization"] == 60
    assert first.collection == {"inputs": True, "outputs": False, "sampling_rate": 0.1, "rolling_rate": "hour"}
    assert first.candidate
    assert (first.candidate.memory_mb, first.candidate.sample) == (2048, {"data": [[1, 2]]})
    written = api.get(f"{base}iris/deployments/blue/yaml/").content.decode()
    again = {"file": written, "set": ["name=green"]}
    assert api.post(f"{base}iris/deployments/", again, format="json").status_code == 201
    second = Deployment.objects.get(name="green")
    assert (second.scaling, second.collection) == (first.scaling, first.collection)
    assert second.candidate
    for name in ("model_name", "environment_name", "request_settings", "memory_mb", "sample", "variables"):
        assert getattr(second.candidate, name) == getattr(first.candidate, name)


def test_an_endpoint_is_written_as_the_file_that_would_make_it(setting, api, base):
    setting.deployment()
    api.patch(f"{base}iris/", {"requests_per_minute": 60, "tags": {"a": "b"}}, format="json")
    written = api.get(f"{base}iris/yaml/").content.decode()
    assert "traffic:\n  blue: 100" in written
    assert "key_" not in written
    text = written.replace("name: iris", "name: roses")
    assert api.post(base, {"file": text}, format="json").status_code == 201
    made = Endpoint.objects.get(name="roses")
    assert (made.requests_per_minute, made.tags, made.traffic) == (60, {"a": "b"}, {})


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("scale_settings: {type: sometimes}", "target_utilization"),
        ("scale_settings: {type: auto, min_instances: few}", "it is a number"),
        ("scale_settings: {type: auto, min_instances: 9, max_instances: 2}", "least number"),
        ("data_collector: {collections: {other: {enabled: 'True'}}}", "model_inputs"),
        ("data_collector: {collections: {model_inputs: {enabled: maybe}}}", "true or false"),
        ("data_collector: {collections: {model_inputs: {enabled: 'True'}}, sampling_rate: 3}", "above 0"),
        ("resources: {limits: {memory: much}}", "512Mi"),
    ],
)
def test_what_is_wrong_with_scaling_or_collecting_is_told(setting, api, base, lines, words):
    setting.endpoint()
    text = f"name: blue\nmodel: azureml:{setting.model.reference}\n{lines}\n"
    refused = api.post(f"{base}iris/deployments/", {"file": text}, format="json")
    assert refused.status_code == 400
    assert words in refused.content.decode()


def test_scaling_and_collecting_change_without_a_new_revision(setting, api, base):
    make_ready(setting.deployment())
    one = f"{base}iris/deployments/blue/"
    said = api.patch(one, {"scaling": {"max_instances": 3}, "collection": {"outputs": False}}, format="json").json()
    assert (said["scaling"]["max_instances"], said["collection"]["outputs"]) == (3, False)
    assert said["revision"]["number"] == 1
    api.patch(one, {"instance_count": 2}, format="json")
    assert api.get(one).json()["scaling"] == {}
    (event,) = api.get(f"{one}scale-events/").json()["results"]
    assert (event["before"], event["after"], event["by_load"]) == (1, 2, False)


def test_an_earlier_revision_is_rolled_out_once_more(setting, api, base):
    make_ready(setting.deployment(variables={"A": "1"}))
    one = f"{base}iris/deployments/blue/"
    api.post(f"{one}revisions/", {"model": setting.model.reference, "environment_variables": {"A": "2"}}, format="json")
    make_ready(Deployment.objects.get())
    made = api.post(f"{one}roll-back/", {"number": 1}, format="json")
    assert (made.status_code, made.json()["candidate"]["variables"]["A"]) == (201, "1")
    assert api.post(f"{one}roll-back/", {"number": 9}, format="json").status_code == 404


@pytest.mark.parametrize("what", ["requests", "latency", "replicas", "cpu", "memory", "nonsense"])
def test_every_figure_is_drawn_with_and_without_anything_to_show(setting, api, base, what):
    setting.endpoint()
    address = f"{base}iris/figures/?what={what}&span=day"
    assert api.get(address).json()["figure"]["data"]
    deployment = setting.deployment(services.find_endpoint(setting.workspace, "iris"))
    (replica,) = make_ready(deployment, figures={"cpu_percent": 12.5, "memory_mb": 100})
    services.record_readings()
    services.record_readings()
    drawn = api.get(f"{address}&deployment=blue").json()["figure"]["data"][0]["y"]
    last = {"replicas": 1, "cpu": 12.5, "memory": 100}
    if what in last:
        assert [value for value in drawn if value is not None] == [last[what]]
    assert replica.is_open


def test_a_pass_is_for_everybody_who_may_read_and_for_nobody_else(setting, api_of, base):
    setting.endpoint()
    reader = api_of(member(setting.workspace, "reader"))
    told = reader.post(f"{base}iris/pass/").json()
    assert told["path"].endswith("/iris/")
    assert told["token"]
    from tests.accounts.factories import UserFactory

    assert api_of(UserFactory.create()).post(f"{base}iris/pass/").status_code == 404


@pytest.mark.parametrize(("said", "cpus"), [("500m", "0.5"), ("1.5", "1.5"), ("2", "2")])
def test_a_limit_of_cores_goes_from_the_file_to_the_order_the_page_and_back(setting, api, base, browser_of, said, cpus):
    setting.endpoint()
    text = f"name: blue\nmodel: azureml:{setting.model.reference}\nresources: {{limits: {{cpu: {said}}}}}\n"
    made = api.post(f"{base}iris/deployments/", {"file": text}, format="json")
    assert made.status_code == 201, made.content
    assert made.json()["candidate"]["cpus"] == float(cpus)
    again = read_yaml(api.get(f"{base}iris/deployments/blue/yaml/").content.decode(), "file").value
    assert str(again["resources"]["limits"]["cpu"]) == cpus
    (replica,) = make_ready(Deployment.objects.get())
    assert order_of(replica).spec["limits"]["cpus"] == float(cpus)
    page = browser_of(setting.actor).get(Endpoint.objects.get().get_absolute_url()).content.decode()
    assert f"each replica may use {cpus} cores" in page
    again = api.post(f"{base}iris/deployments/blue/revisions/", {"model": setting.model.reference}, format="json")
    assert again.json()["candidate"]["cpus"] is None
    old, new = Deployment.objects.get().revisions.order_by("number")
    assert [(line.before, line.after) for line in differences(old, new)] == [(cpus, "")]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"cpus": "0.01"}, "from 0.1 to"),
        ({"cpus": "65"}, "The machine that it runs on has 64 cores."),
        (
            {"file": "name: blue\nresources: {limits: {cpu: many}}\n"},
            "Line 2: it is a number of cores such as 0.5 or 500m",
        ),
    ],
)
def test_a_limit_of_cores_that_cannot_hold_is_refused_in_words(setting, api, base, fields, words):
    setting.endpoint()
    AgentFactory.create(name=LOCAL, cores=64)
    said = {"name": "blue", "model": setting.model.reference} if "file" not in fields else {}
    refused = api.post(f"{base}iris/deployments/", {**said, **fields}, format="json")
    assert refused.status_code == 400
    assert words in refused.content.decode()
