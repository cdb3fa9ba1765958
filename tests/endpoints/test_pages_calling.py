"""Calling an endpoint as its pages show it: by the Test tab's way through the studio, and by the code of the Consume tab."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from apps.endpoints import services
from apps.endpoints.calling import make_pass
from apps.endpoints.models import Revision
from apps.endpoints.samples import sample_of, schema_of
from apps.endpoints.snippets import snippets
from apps.registry.models import ModelVersion
from tests.endpoints.factories import Setting, make_ready
from tests.endpoints.replica_server import FakeReplica, replica_server, wait_until

SAMPLE = '{"data": [[5.1, 3.5]], "note": "it\'s \\"so\\"  – here"}'
ANSWERS_WITHIN_S = 60


class Studio:
    """A studio with web and gateway, and an endpoint whose replica is a fake one."""

    def __init__(self, replica: FakeReplica, web: str) -> None:
        self.setting, self.replica = Setting(), replica
        self.endpoint = self.setting.endpoint()
        make_ready(self.setting.deployment(self.endpoint), address=replica.address)
        self.key = services.keys_of(actor=self.setting.actor, endpoint=self.endpoint).primary
        self.url = f"{web}{make_pass(self.endpoint).path}score"
        self.host = settings.STUDIO.url.partition("//")[2]
        wait_until(lambda: self.ask(b"{}").status_code == 200)

    def ask(self, body: bytes, key: str = "", **headers: str) -> httpx.Response:
        """Send a request to the studio's own address."""
        said = {"authorization": f"Bearer {key or self.key}", "host": self.host, "content-type": "application/json"}
        return httpx.post(self.url, content=body, headers={**said, **headers}, timeout=ANSWERS_WITHIN_S)


@pytest.fixture
def replica() -> Iterator[FakeReplica]:
    folder = Path(tempfile.mkdtemp(prefix="ep-"))
    with replica_server(folder) as found:
        yield found
    shutil.rmtree(folder)


@pytest.fixture
def studio(asgi_server, live_gateway, replica) -> Studio:
    return Studio(replica, asgi_server.address)


@pytest.mark.servers
@pytest.mark.django_db(transaction=True)
class TestThroughTheStudio:
    def test_a_pass_opens_the_endpoint_at_the_studios_own_address(self, studio, api_of):
        api = api_of(studio.setting.actor)
        told = api.post(f"/api/v1/workspaces/{studio.setting.workspace.name}/endpoints/iris/pass/").json()
        answer = studio.ask(b'{"data": [1]}', told["token"], **{"x-request-id": "mine-1", "cookie": "a=b"})
        assert answer.json() == {"by": "one", "bytes": 13}
        assert answer.headers["x-request-id"] == "mine-1"
        assert answer.headers["content-security-policy"] == "sandbox", "What a model answers is no page of the studio."
        got = studio.replica.requests[-1]
        assert got["body"] == b'{"data": [1]}'
        assert not {"authorization", "cookie"} & {name.lower() for name in got["headers"]}
        assert studio.ask(b"{}", "wrong").status_code == 401

    def test_large_bodies_pass_and_many_at_once(self, studio):
        assert studio.ask(b"x" * 20_000_000).json()["bytes"] == 20_000_000
        chunked = httpx.post(
            studio.url, content=iter([b"a" * 1000] * 50), timeout=ANSWERS_WITHIN_S,
            headers={"authorization": f"Bearer {studio.key}", "host": studio.host},
        )  # fmt: skip
        assert chunked.json()["bytes"] == 50_000

    def test_a_model_that_thinks_holds_up_no_page(self, studio):
        studio.replica.hold.clear()
        waiting = [threading.Thread(target=studio.ask, args=[b"{}"]) for _number in range(8)]
        before = len(studio.replica.requests)
        for one in waiting:
            one.start()
        wait_until(lambda: len(studio.replica.requests) > before)
        page = httpx.get(studio.url.partition("/api/")[0] + "/healthz", timeout=ANSWERS_WITHIN_S)
        assert page.status_code == 200
        studio.replica.hold.set()
        for one in waiting:
            one.join(ANSWERS_WITHIN_S)

    @pytest.mark.parametrize(
        ("name", "command"),
        [
            ("curl", ["sh"]),
            ("python", [sys.executable, "-"]),
            ("javascript", ["node", "--input-type=module", "-"]),
        ],
    )
    def test_the_code_to_copy_runs_as_it_is(self, studio, live_gateway, name, command):
        program = shutil.which(command[0])
        assert program or name != "javascript", "Node.js is needed to build the front end, so it is here."
        url = f"{live_gateway.address}{make_pass(studio.endpoint).path}score"
        code = next(one.code for one in snippets(url, SAMPLE, "blue") if one.name == name)
        variables = {**os.environ, "ENDPOINT_KEY": studio.key, "NO_PROXY": "*", "no_proxy": "*"}
        done = subprocess.run(
            [program or command[0], *command[1:]], input=code, env=variables, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        assert "one" in done.stdout
        got = studio.replica.requests[-1]
        assert json.loads(got["body"]) == json.loads(SAMPLE)
        said = {name.lower(): value for name, value in got["headers"].items()}
        assert said["content-type"] == "application/json"


@pytest.mark.servers
@pytest.mark.django_db(transaction=True)
def test_without_a_gateway_the_studio_says_so(asgi_server):
    endpoint = Setting().endpoint()
    told = make_pass(endpoint)
    headers = {"authorization": f"Bearer {told.token}", "host": settings.STUDIO.url.partition("//")[2]}
    answer = httpx.post(
        f"{asgi_server.address}{told.path}score", content=b"{}", headers=headers, timeout=ANSWERS_WITHIN_S
    )
    assert (answer.status_code, answer.json()["code"]) == (503, "gateway_away")


def test_the_code_for_c_sharp_and_r_holds_the_request_as_it_is():
    found = {one.name: one.code for one in snippets("http://a/score", SAMPLE, "blue")}
    csharp, r = found["csharp"], found["r"]
    assert csharp.split('"""')[1].strip() == SAMPLE
    assert csharp.count("{") == csharp.count("}")
    assert 'Bearer", Environment.GetEnvironmentVariable("ENDPOINT_KEY")' in csharp
    assert f'r"--({SAMPLE})--"' in r
    tricky = '{"a": ")--"}'
    assert f'r"---({tricky})---"' in {one.name: one.code for one in snippets("http://a", tricky, "b")}["r"]


@pytest.mark.django_db
class TestForms:
    COLUMNS = ({"name": "age", "type": "long", "required": True}, {"name": "city", "type": "string", "required": False})

    def shown(self, setting, **schema):
        deployment = setting.deployment()
        make_ready(deployment, schema=schema)
        revision = deployment.shown_revision
        sample = sample_of(revision).text
        return sample, schema_of(revision, sample)

    def test_a_table_is_known_by_its_signature(self, setting):
        sample, schema = self.shown(
            setting,
            kind="mlflow",
            inputs=list(self.COLUMNS),
            sample={"dataframe_split": {"columns": ["age", "city"], "data": []}},
        )
        assert "dataframe_split" in sample
        assert schema["properties"]["dataframe_split"] == {
            "type": "table",
            "columns": [
                {"name": "age", "type": "integer", "required": True},
                {"name": "city", "type": "string", "required": False},
            ],
        }

    def test_records_too(self, setting):
        _sample, schema = self.shown(
            setting, kind="mlflow", inputs=list(self.COLUMNS), sample={"dataframe_records": [{"age": 1, "city": "x"}]}
        )
        rows = schema["properties"]["dataframe_records"]["items"]
        assert (rows["required"], rows["properties"]["city"]["type"]) == (["age"], "string")

    def test_a_script_tells_the_schema_of_its_parameters(self, setting):
        _sample, schema = self.shown(
            setting, kind="script", inputs=[{"name": "data", "schema": {"type": "array"}}], sample={"data": [1]}
        )
        assert schema == {"type": "object", "properties": {"data": {"type": "array"}}, "required": ["data"]}

    def test_tensors_are_known_by_their_sample_only(self, setting):
        tensor = {"name": None, "type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 2]}}
        assert self.shown(setting, kind="mlflow", inputs=[tensor], sample={"inputs": [[1, 2]]})[1] is None

    def test_the_signature_makes_the_sample_where_no_server_said_one(self, setting):
        ModelVersion.objects.update(manifest={"signature": {"inputs": list(self.COLUMNS)}})
        setting.deployment()
        revision = Revision.objects.select_related("model").get()
        sample = sample_of(revision).text
        assert sample == '{"dataframe_split": {"columns": ["age", "city"], "data": [[1, "text"]]}}'
        schema = schema_of(revision, sample)
        assert schema
        assert schema["properties"]["dataframe_split"]["type"] == "table"
