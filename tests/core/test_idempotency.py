"""A create request that is sent twice creates one thing."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.urls import path
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView

from apps.core.access import Access, Level
from apps.core.api.idempotency import ABANDONED_AFTER, Idempotent
from apps.core.api.problems import MEDIA_TYPE
from apps.core.errors import Conflict
from apps.core.models import IdempotentAnswer, Topic
from tests.accounts.factories import AccessTokenFactory

before_the_answer: list[Callable[[], Any]] = []


class TopicList(Idempotent, APIView):
    """A create view whose rows tests can count; it first does what a test has put into ``before_the_answer``."""

    access = Access(Level.SIGNED_IN, {"POST": ""})

    def post(self, request: Request) -> Response:
        data: Any = request.data
        topic = Topic.objects.create(name=data["name"])
        for step in before_the_answer:
            step()
        return Response({"name": topic.name}, status=201, headers={"Location": f"/topics/{topic.name}/"})


urlpatterns = [path("topics/", TopicList.as_view()), path("others/", TopicList.as_view())]
pytestmark = [pytest.mark.urls(__name__), pytest.mark.service]


@pytest.fixture(autouse=True)
def _nothing_before_the_answer() -> Iterator[None]:
    yield
    before_the_answer.clear()


@pytest.fixture
def client(db: None) -> APIClient:
    return client_with(AccessTokenFactory.create().secret)


def client_with(token: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def create(client: APIClient, name: str, *, key: str | None = "first", address: str = "/topics/") -> Any:
    return client.post(address, {"name": name}, headers={} if key is None else {"Idempotency-Key": key})


def fail_with(error: Exception) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


def test_a_second_request_gets_the_first_answer_and_creates_nothing(client):
    first, second = create(client, "a"), create(client, "a")
    assert (first.status_code, first.json(), "Idempotency-Replayed" in first) == (201, {"name": "a"}, False)
    assert (second.status_code, second.json(), second["Idempotency-Replayed"]) == (201, {"name": "a"}, "true")
    assert second["Location"] == first["Location"]
    assert Topic.objects.count() == 1


def test_the_order_of_fields_makes_no_other_request(client):
    headers = {"Idempotency-Key": "k"}
    bodies = ['{"name": "a", "more": 1}', '{"more": 1,"name":"a"}']
    answers = [client.post("/topics/", body, content_type="application/json", headers=headers) for body in bodies]
    assert [answer.status_code for answer in answers] == [201, 201]


@pytest.mark.parametrize("second", [{"name": "b"}, {"name": "a", "address": "/others/"}])
def test_a_key_used_for_another_request_is_refused_in_words(client, second):
    create(client, "a")
    answer = create(client, **second)
    assert answer.status_code == 422
    assert answer["Content-Type"] == MEDIA_TYPE
    assert answer.json()["code"] == "idempotency_key_reused"
    assert Topic.objects.count() == 1


def test_another_person_may_use_the_same_key(client):
    create(client, "a")
    assert create(client_with(AccessTokenFactory.create().secret), "b").status_code == 201


def test_without_a_key_each_request_creates(client):
    assert create(client, "a", key=None).status_code == create(client, "b", key=None).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 201, "line\x7fbreak"])
def test_a_text_that_cannot_be_a_key_is_refused(client, key):
    answer = create(client, "a", key=key)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_idempotency_key")
    assert not Topic.objects.exists()


def test_a_refusal_is_kept_with_its_media_type_and_none_of_its_writes(client):
    before_the_answer.append(fail_with(Conflict("This name is taken.")))
    create(client, "a")
    before_the_answer.clear()
    answer = create(client, "a")
    assert (answer.status_code, answer.json()["detail"]) == (409, "This name is taken.")
    assert answer["Content-Type"] == MEDIA_TYPE
    assert answer["Idempotency-Replayed"] == "true"
    assert not Topic.objects.exists()


def test_a_server_error_releases_the_key_and_takes_its_writes_back(client):
    before_the_answer.append(fail_with(RuntimeError("the disk is on fire")))
    assert create(client, "a").status_code == 500
    before_the_answer.clear()
    again = create(client, "a")
    assert (again.status_code, "Idempotency-Replayed" in again) == (201, False)
    assert Topic.objects.count() == 1


def test_a_stranger_is_not_answered_from_what_others_created(client):
    create(client, "a")
    assert create(APIClient(), "a").status_code == 401


def test_kept_answers_cannot_be_read_in_the_database(client):
    create(client, "a-token-shown-once")
    kept = IdempotentAnswer.objects.get()
    assert b"a-token-shown-once" not in bytes(kept.encrypted_answer or b"")


def test_the_key_of_a_request_that_was_killed_can_be_used_again(client):
    create(client, "a")
    killed_at = timezone.now() - ABANDONED_AFTER - timedelta(seconds=1)
    IdempotentAnswer.objects.update(status=0, updated_at=killed_at, encrypted_answer=None)
    Topic.objects.all().delete()
    assert create(client, "a").status_code == 201
    assert Topic.objects.count() == 1


def test_a_request_that_was_only_slow_creates_nothing_once_another_took_its_key(client):
    taken_over_at = timezone.now() + timedelta(seconds=1)
    before_the_answer.append(lambda: IdempotentAnswer.objects.update(updated_at=taken_over_at))
    assert create(client, "a").status_code == 409
    assert not Topic.objects.exists()


def in_thread(function: Callable[[], Any]) -> Any:
    try:
        return function()
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_while_the_first_request_runs_a_second_is_asked_to_wait(transactional_db):
    token = AccessTokenFactory.create(last_used_at=timezone.now()).secret
    running, may_end = threading.Event(), threading.Event()
    before_the_answer.extend([running.set, lambda: may_end.wait(20)])
    with ThreadPoolExecutor() as threads:
        first = threads.submit(in_thread, lambda: create(client_with(token), "a"))
        assert running.wait(20)
        second = create(client_with(token), "a")
        may_end.set()
        assert first.result(20).status_code == 201
    assert (second.status_code, second["Retry-After"], second.json()["code"]) == (409, "1", "request_in_progress")
    assert create(client_with(token), "a")["Idempotency-Replayed"] == "true"


@pytest.mark.django_db(transaction=True)
def test_of_many_requests_at_once_one_creates(transactional_db):
    token = AccessTokenFactory.create(last_used_at=timezone.now()).secret
    start = threading.Barrier(8)

    def send() -> tuple[int, bool]:
        start.wait(20)
        answer = create(client_with(token), "a")
        return answer.status_code, "Idempotency-Replayed" in answer

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: in_thread(send), range(8)))
    assert answers.count((201, False)) == 1
    assert set(answers) <= {(201, False), (201, True), (409, False)}
    assert Topic.objects.count() == 1
