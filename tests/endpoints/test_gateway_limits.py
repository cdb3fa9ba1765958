"""What the gateway lets through: quotas, sizes, slow and leaving clients; and what it holds for those that sleep."""

import shutil
import socket
import tempfile
import threading
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from django.conf import settings
from django.db import transaction

from apps.core.models import PendingTask
from apps.endpoints import services
from apps.endpoints.models import CollectedPart, Deployment, RequestFigures
from apps.endpoints.states import DEFAULT_REQUEST_SETTINGS
from studio.asgi.scoring import bodies
from tests.endpoints.factories import Setting, make_ready, open_replicas, report
from tests.endpoints.replica_server import replica_server, wait_until
from tests.endpoints.test_gateway import Place

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.servers]


@pytest.fixture
def place(live_gateway):
    folder = Path(tempfile.mkdtemp(prefix="ep-"))
    yield Place(live_gateway.address, Setting(), folder)
    shutil.rmtree(folder)


def raw(place, head, *pieces):
    """Open a connection, and send the head of a request and pieces of its body; it stays open."""
    parts = urlsplit(place.gateway)
    connection = socket.create_connection((parts.hostname, parts.port), timeout=30)
    path = urlsplit(place.base).path
    lines = [f"POST {path}/score HTTP/1.1", f"Host: {parts.netloc}", f"Authorization: Bearer {place.key}", *head]
    connection.sendall("\r\n".join([*lines, "", ""]).encode())
    for piece in pieces:
        connection.sendall(piece)
    return connection


def test_each_key_has_its_quota_and_is_told_when_to_come_again(place):
    with replica_server(place.folder) as replica:
        place.deploy(replica)
        place.until()
        actor, endpoint = place.setting.actor, place.endpoint
        services.edit_endpoint(actor=actor, endpoint=endpoint, changes={"requests_per_minute": 3})
        refused = place.until(429)
        assert refused.headers["retry-after"] == "20", "One of three in a minute is free again after a third of it."
        assert "3 times a minute" in refused.json()["detail"]
        secondary = services.keys_of(actor=place.setting.actor, endpoint=place.endpoint).secondary
        assert place.ask(key=secondary).status_code == 200
        services.edit_endpoint(actor=actor, endpoint=endpoint, changes={"requests_per_minute": None})
        place.until(200)


def test_the_first_request_to_one_that_sleeps_is_held_until_it_has_come_up(place):
    with replica_server(place.folder) as replica:
        deployment = place.deploy(replica)
        place.until()
        scaling = {"min_instances": 0, "max_instances": 2, "target_utilization": 100}
        services.set_scaling(actor=place.setting.actor, deployment=deployment, scaling=scaling)
        former = services.keys_of(actor=place.setting.actor, endpoint=place.endpoint).secondary
        with transaction.atomic():  # the gateway sees all of it at once
            for one in open_replicas(deployment):
                one.state = "ended"
                one.ended_at = one.created_at
                one.save()
            Deployment.objects.update(instance_count=0)
            services.reconcile(deployment.pk)
            services.regenerate_key(actor=place.setting.actor, endpoint=place.endpoint, which="secondary")
        place.until(401, key=former)
        answers: list[httpx.Response] = []
        PendingTask.objects.all().delete()
        asking = [threading.Thread(target=lambda: answers.append(place.ask())) for _number in range(2)]
        for thread in asking:
            thread.start()
        wait_until(lambda: PendingTask.objects.filter(name="endpoints.reconcile").exists())
        services.reconcile(deployment.pk)
        assert not answers
        deployment.refresh_from_db()
        assert deployment.scale_reason == "woken by a request"
        make_ready(deployment, address=replica.address)
        for thread in asking:
            thread.join(30)
        assert [answer.status_code for answer in answers] == [200, 200]


def test_200_mb_are_refused_in_words_whether_the_length_is_said_or_not(place):
    with replica_server(place.folder) as replica:
        place.deploy(replica)
        place.until()
        before = len(replica.requests)
        piece = bytes(2**20)
        for content in (piece * 200, (piece for _number in range(200))):
            refused = place.ask(body=content)
            assert refused.status_code == 413
            assert "100 MB" in refused.json()["detail"]
        asks_first = raw(place, ["Content-Length: 209715200", "Expect: 100-continue"])
        assert asks_first.recv(100).startswith(b"HTTP/1.1 413 "), "Nothing of it had to be sent."
        asks_first.close()
        assert len(replica.requests) == before
        assert place.ask(body=piece * 99).json()["bytes"] == 99 * 2**20


def test_a_body_that_comes_too_slowly_is_a_408_and_hurts_nobody(place, monkeypatch):
    with replica_server(place.folder) as replica:
        place.deploy(replica, request_settings={"max_concurrent": 1, "max_queue_wait_ms": 100})
        place.until()
        monkeypatch.setattr(bodies, "BODY_WITHIN_S", 0.5)
        slow = raw(place, ["Content-Length: 1000"], b"{")
        assert place.ask().status_code == 200, "It holds no place at the model while it comes."
        answer = slow.recv(10_000)
        slow.close()
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"took too long" in answer


def test_a_client_that_leaves_gives_its_place_to_others(place):
    with replica_server(place.folder) as replica:
        place.deploy(replica, request_settings={"max_concurrent": 1, "max_queue_wait_ms": 20_000})
        place.until()
        replica.hold.clear()
        before = len(replica.requests)
        first = raw(place, ["Content-Length: 2"], b"{}")
        wait_until(lambda: len(replica.requests) == before + 1)
        second = raw(place, ["Content-Length: 2"], b"{}")
        answers: list[httpx.Response] = []
        third = threading.Thread(target=lambda: answers.append(place.ask(body=b'{"third": 1}')))
        third.start()
        second.close()
        first.close()
        wait_until(lambda: any(b"third" in one["body"] for one in replica.requests))
        replica.hold.set()
        third.join(30)
        assert answers[0].status_code == 200
        assert len(replica.requests) == before + 2, "Nobody scores what nobody waits for."
        left = RequestFigures.objects.filter(refused__gte=2)
        wait_until(left.exists)


def test_large_requests_together_are_not_more_than_fits(place, monkeypatch):
    with replica_server(place.folder) as replica:
        place.deploy(replica)
        place.until()
        monkeypatch.setattr(bodies, "MOST_HELD", 1000)
        held = raw(place, ["Content-Length: 900"], b"x" * 800)
        refused = place.until(503, body=b"x" * 500)
        assert refused.headers["retry-after"] == "2"
        assert refused.json()["code"] == "memory_full"
        held.close()
        assert place.until(200, body=b"x" * 500).json()["bytes"] == 500


def test_a_replica_that_cannot_be_reached_is_passed_over_and_nothing_is_sent_twice(place):
    with replica_server(place.folder, "one") as one:
        deployment = place.setting.deployment(place.endpoint, count=2)
        services.reconcile(deployment.pk)
        gone = f"unix:{place.folder}/gone.sock"
        for replica, address in zip(open_replicas(deployment), (gone, one.address), strict=True):
            report(replica, address=address)
        services.reconcile(deployment.pk)
        place.until()
        before = len(one.requests)
        assert {place.ask().status_code for _time in range(10)} == {200}
        assert len(one.requests) == before + 10
        one.breaks = True
        before = len(one.requests)
        headers = {"authorization": f"Bearer {place.key}"}
        assert httpx.get(f"{place.base}/score", headers=headers, timeout=30).status_code == 502
        assert len(one.requests) == before + 1, "A GET that was begun is not begun again: scripts do things."


def metrics_of(text):
    """Return the samples of a text in Prometheus's format, by their names and labels."""
    rows = [line.rpartition(" ") for line in text.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, _space, value in rows}


def test_prometheus_reads_what_was_counted(place, monkeypatch):
    with replica_server(place.folder) as replica:
        place.deploy(replica)
        place.until()
        for _time in range(3):
            place.ask()
        headers = {"authorization": f"Bearer {place.key}"}
        own = httpx.get(f"{place.base}/metrics", headers=headers, timeout=30)
        assert own.headers["content-type"].startswith("text/plain; version=0.0.4")
        found = metrics_of(own.text)
        start, end = 'deployment="blue",endpoint="iris"', f'workspace="{place.setting.workspace.name.lower()}"'
        assert found[f'studio_endpoint_requests_total{{{start},status="200",{end}}}'] >= 4
        count = found[f"studio_endpoint_request_duration_seconds_count{{{start},{end}}}"]
        assert found[f'studio_endpoint_request_duration_seconds_bucket{{{start},le="+Inf",{end}}}'] == count
        assert found[f"studio_endpoint_replicas{{{start},{end}}}"] == 1
        assert httpx.get(f"{place.base}/metrics", timeout=30).status_code == 401
        everything = f"{place.gateway}/metrics"
        assert httpx.get(everything, timeout=30).status_code != 200, "Without a token set, nobody reads them."
        monkeypatch.setattr(settings, "STUDIO", _with(settings.STUDIO, metrics_token="t" * 30))
        assert httpx.get(everything, timeout=30).status_code == 401
        told = httpx.get(everything, headers={"authorization": f"Bearer {'t' * 30}"}, timeout=30)
        assert told.status_code == 200
        assert 'endpoint="iris"' in told.text


def _with(environment, **changes):
    return type(environment)(**{**environment.__dict__, **changes})


def test_collected_requests_arrive_with_the_ids_that_callers_know(place, monkeypatch):
    monkeypatch.setattr("studio.asgi.scoring.spool.CLOSED_AFTER_S", 0.2)
    with replica_server(place.folder) as replica:
        deployment = place.deploy(replica)
        place.until()
        actor = place.setting.actor
        services.set_collection(actor=actor, deployment=deployment, collection={"sampling_rate": 1.0})

        def collected():
            place.ask(body=b'{"data": [[1, 2]]}', **{"x-request-id": "known"})
            return CollectedPart.objects.exists()

        wait_until(collected)
        part = CollectedPart.objects.order_by("pk")[0]
        assert (part.name, part.collected_for, part.workspace) == ("iris-blue", actor, place.setting.workspace)
        assert part.row_count >= 1
        services.set_collection(actor=actor, deployment=deployment, collection={})
        wait_until(lambda: not list((settings.STUDIO.home / "collected").iterdir()))
        CollectedPart.objects.update(first_at=part.created_at.replace(year=2020))
        services.roll_parts()
        (batch,) = {part.batch for part in CollectedPart.objects.all()}
        assert batch is not None
        services.write_collected(batch)
        assert not CollectedPart.objects.exists()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "application/json"),
        (b"not json", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b'{"a": NaN}', "application/json"),
        (b"\xff\xfe", "text/plain"),
        (b"PNG", "image/png"),
    ],
)
def test_whatever_is_sent_reaches_the_model_as_it_is(place, body, content_type):
    """What a body means is the model's to say; its own answers to bad ones are tested with the server."""
    with replica_server(place.folder) as replica:
        place.deploy(replica, request_settings=dict(DEFAULT_REQUEST_SETTINGS))
        place.until()
        assert place.ask(body=body, **{"content-type": content_type}).json()["bytes"] == len(body)
        assert replica.requests[-1]["body"] == body
        assert replica.requests[-1]["headers"]["content-type"] == content_type
