"""Scoring through the gateway: who may, who answers, and what a refusal says."""

import json
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import httpx
import pytest
from django.conf import settings
from django.db import OperationalError

from apps.endpoints import services
from apps.endpoints.models import RequestFigures, RequestRecord
from apps.workspaces.models import Workspace
from tests.endpoints.factories import Setting, make_ready, open_replicas, report
from tests.endpoints.replica_server import replica_server, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.servers]


class Place:
    """An endpoint behind the running gateway, and somebody with its key."""

    def __init__(self, gateway: str, setting: Setting, folder: Path) -> None:
        self.gateway, self.setting, self.folder = gateway, setting, folder
        self.endpoint = setting.endpoint()
        self.key = services.keys_of(actor=setting.actor, endpoint=self.endpoint).primary
        self.base = f"{gateway}/api/v1/endpoints/{setting.workspace.name}/iris"

    def deploy(self, replica, name="blue", **settings):
        """Put a fake replica behind the endpoint."""
        deployment = self.setting.deployment(self.endpoint, name, **settings)
        make_ready(deployment, address=replica.address)
        return deployment

    def ask(self, path="score", body=b"{}", key=None, **headers):
        """Send a request."""
        said = {"authorization": f"Bearer {self.key if key is None else key}", "content-type": "application/json"}
        return httpx.post(f"{self.base}/{path}", content=body, headers={**said, **headers}, timeout=30)

    def until(self, status=200, **asked):
        """Ask until the gateway has heard of what was changed; returns that answer."""
        wait_until(lambda: self.ask(**asked).status_code == status)
        return self.ask(**asked)


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="ep-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def place(live_gateway, folder):
    return Place(live_gateway.address, Setting(), folder)


def test_a_request_reaches_the_model_with_the_key_and_without_it_nobody(place):
    with replica_server(place.folder) as replica:
        place.deploy(replica)
        answer = place.until(body=b'{"data": [1]}', **{"x-request-id": "mine-1"})
        assert answer.json() == {"by": "one", "bytes": 13}
        assert answer.headers["azureml-model-deployment"] == "blue"
        assert answer.headers["x-request-id"] == "mine-1"
        assert "set-cookie" not in answer.headers
        got = replica.requests[-1]
        assert got["body"] == b'{"data": [1]}'
        assert "Authorization" not in got["headers"], "The key is the gateway's to check, and nobody else's to see."
        secondary = services.keys_of(actor=place.setting.actor, endpoint=place.endpoint).secondary
        assert place.ask(key=secondary).status_code == 200
        before = len(replica.requests)
        for wrong in ("x", "nope", place.key[:-1], place.key.upper()):
            refused = place.ask(key=wrong)
            assert refused.status_code == 401
            assert refused.headers["content-type"] == "application/problem+json"
            assert refused.headers["www-authenticate"].startswith("Bearer")
        assert len(replica.requests) == before


def test_the_first_address_that_services_had_is_kept(place):
    with replica_server(place.folder) as replica:
        place.deploy(replica)
        place.until()
        headers = {"authorization": f"Bearer {place.key}"}
        answer = httpx.post(f"{place.gateway}/api/v1/service/iris/score", content=b"{}", headers=headers, timeout=30)
        assert answer.json()["by"] == "one"
        assert place.ask("v2/models/iris/infer").status_code == 200
        assert place.ask("admin").status_code == 404


def test_a_replaced_key_opens_nothing_any_more(place):
    with replica_server(place.folder) as replica:
        place.deploy(replica)
        place.until()
        new = services.regenerate_key(actor=place.setting.actor, endpoint=place.endpoint, which="primary").primary
        wait_until(lambda: place.ask().status_code == 401)
        assert place.ask(key=new).status_code == 200


def test_an_endpoint_that_asks_for_tokens_takes_no_key(place):
    with replica_server(place.folder) as replica:
        place.deploy(replica)
        services.edit_endpoint(actor=place.setting.actor, endpoint=place.endpoint, changes={"auth_mode": "token"})
        place.endpoint.refresh_from_db()
        token = services.make_token(actor=place.setting.actor, endpoint=place.endpoint).value
        place.until(key=token)
        assert place.ask().status_code == 401
        other = place.setting.endpoint("other")
        foreign = services.make_token(actor=place.setting.actor, endpoint=other).value
        assert place.ask(key=foreign).status_code == 401


def test_traffic_is_split_and_a_header_asks_for_one_deployment(place):
    with replica_server(place.folder, "blue") as blue, replica_server(place.folder, "green") as green:
        place.deploy(blue)
        place.deploy(green, "green")
        place.until(**{"azureml-model-deployment": "green"})
        assert {place.ask().json()["by"] for _time in range(10)} == {"blue"}
        assert place.ask(**{"azureml-model-deployment": "pink"}).status_code == 404
        services.set_traffic(actor=place.setting.actor, endpoint=place.endpoint, traffic={"blue": 50, "green": 50})
        wait_until(lambda: place.ask().json()["by"] == "green")
        assert {place.ask().json()["by"] for _time in range(40)} == {"blue", "green"}
        services.set_traffic(actor=place.setting.actor, endpoint=place.endpoint, traffic={})
        assert "traffic" in place.until(503).json()["detail"]


def test_copies_go_to_the_mirror_and_nobody_gets_its_answers(place):
    with replica_server(place.folder, "blue") as blue, replica_server(place.folder, "green") as green:
        place.deploy(blue)
        place.deploy(green, "green")
        services.set_traffic(actor=place.setting.actor, endpoint=place.endpoint, mirror={"green": 50})
        wait_until(lambda: place.ask().json()["by"] == "blue" and green.requests)
        assert green.requests[-1]["body"] == b"{}"


def test_what_is_beyond_the_limit_waits_and_then_is_told_to_come_back(place):
    with replica_server(place.folder) as replica:
        place.deploy(replica, request_settings={"max_concurrent": 1, "max_queue_wait_ms": 100})
        place.until()
        replica.hold.clear()
        before = len(replica.requests)
        first = threading.Thread(target=place.ask)
        first.start()
        wait_until(lambda: len(replica.requests) > before)
        refused = place.ask()
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        assert "100 ms" in refused.json()["detail"]
        replica.hold.set()
        first.join()
        assert place.ask().status_code == 200


def test_a_model_that_takes_too_long_is_a_504_and_does_not_hurt_the_next(place):
    with replica_server(place.folder) as replica:
        place.deploy(replica, request_settings={"timeout_ms": 200})
        place.until()
        replica.hold.clear()
        late = place.ask()
        assert late.status_code == 504
        assert "200 ms" in late.json()["detail"]
        replica.hold.set()
        assert place.ask().status_code == 200


def test_a_replica_that_dies_is_a_502_and_one_that_is_gone_is_passed_over(place):
    with replica_server(place.folder, "one") as one:
        with replica_server(place.folder, "two") as two:
            deployment = place.setting.deployment(place.endpoint, count=2)
            services.reconcile(deployment.pk)
            for replica, fake in zip(open_replicas(deployment), (one, two), strict=True):
                report(replica, address=fake.address)
            services.reconcile(deployment.pk)
            place.until()
            one.breaks = two.breaks = True
            broken = place.ask()
            assert broken.status_code == 502
            assert "ended before it answered" in broken.json()["detail"]
            one.breaks = two.breaks = False
        assert {place.ask().json()["by"] for _time in range(10)} == {"one"}


def test_without_a_replica_the_reason_is_told(place):
    deployment = place.setting.deployment(place.endpoint)
    services.reconcile(deployment.pk)
    refused = place.until(503)
    assert "blue" in refused.json()["detail"]
    assert refused.headers["retry-after"]


def test_too_large_a_request_is_a_413(place):
    with replica_server(place.folder) as replica:
        place.deploy(replica)
        place.until()
        before = len(replica.requests)
        assert place.ask(body=b"x" * (101 * 2**20)).status_code == 413
        assert len(replica.requests) == before


def test_scoring_goes_on_while_the_database_is_away(place):
    with replica_server(place.folder) as replica:
        place.deploy(replica)
        place.until()
        with patch("studio.asgi.scoring.routes.routes_version", side_effect=OperationalError("away")):
            assert place.ask().status_code == 200
        kept = settings.STUDIO.home / "gateway-routes.json"
        assert kept.stat().st_mode & 0o077 == 0, "Who reads it knows who may call what."
        assert place.key not in kept.read_text()
        (endpoint,) = [one for one in json.loads(kept.read_text())["endpoints"] if one["id"] == str(place.endpoint.pk)]
        assert endpoint["deployments"]["blue"]["replicas"][0]["address"] == replica.address


def test_requests_are_counted(place):
    with replica_server(place.folder) as replica:
        place.deploy(replica)
        place.until()
        place.ask(**{"x-request-id": "counted"})
        place.ask(key="wrong")
        wait_until(lambda: RequestRecord.objects.filter(request_id="counted").exists())
        record = RequestRecord.objects.get(request_id="counted")
        assert (record.status, record.path, record.sent_bytes) == (200, "score", 2)
        counted = RequestFigures.objects.filter(deployment__name="blue")
        assert sum(row.count for row in counted) >= 2
        assert all(sum(row.histogram) == row.count for row in counted)


def test_a_workspace_in_the_trash_answers_nobody(place):
    with replica_server(place.folder) as replica:
        deployment = place.deploy(replica)
        place.until()
        Workspace.objects.update(deleted_at=deployment.created_at)
        services.reconcile(deployment.pk)
        wait_until(lambda: place.ask().status_code == 401)


def test_other_host_names_get_nothing(place):
    refused = httpx.post(f"{place.base}/score", headers={"host": "evil.example"}, timeout=30)
    assert refused.status_code == 421
