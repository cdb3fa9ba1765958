"""The client towards servers that are busy, restart, hang up, or are no studio at all."""

import socket

import pytest

from mlstudio.client import Client
from mlstudio.errors import NotFoundError, PermissionDeniedError, RequestError, SignInError, UnreachableError
from tests.sdk.scripted_server import Answer

BUSY = Answer(503, headers={"Retry-After": "0"})


def test_calls_carry_the_token_and_share_one_connection(scripted_server):
    scripted_server.answers = [Answer(body={"username": "ada"}), Answer(body={"username": "ada"})]
    client = Client(scripted_server.url, "secret")
    assert client.get("me/") == client.get("me/") == {"username": "ada"}
    first, second = scripted_server.seen
    assert first.path == "/api/v1/me/"
    assert first.headers["Authorization"] == "Bearer secret"
    assert first.connection == second.connection


def test_a_busy_server_is_asked_again_with_the_same_idempotency_key(scripted_server):
    scripted_server.answers = [BUSY, Answer(429, headers={"Retry-After": "0"}), Answer(201, {"name": "demo"})]
    assert Client(scripted_server.url).post("workspaces/", {"name": "demo"}) == {"name": "demo"}
    assert len({request.headers["Idempotency-Key"] for request in scripted_server.seen}) == 1
    assert [request.body for request in scripted_server.seen] == [{"name": "demo"}] * 3


def test_two_creates_have_two_keys(scripted_server):
    scripted_server.answers = [Answer(201, {}), Answer(201, {})]
    client = Client(scripted_server.url)
    client.post("workspaces/", {"name": "one"})
    client.post("workspaces/", {"name": "two"})
    one, two = (request.headers["Idempotency-Key"] for request in scripted_server.seen)
    assert one != two


def test_a_connection_lost_before_the_answer_is_made_again(scripted_server):
    scripted_server.answers = [Answer(hang_up=True), Answer(201, {"name": "demo"})]
    assert Client(scripted_server.url).post("workspaces/", {"name": "demo"}) == {"name": "demo"}
    first, second = scripted_server.seen
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]


def test_a_kept_connection_that_the_server_closed_is_no_error(scripted_server):
    scripted_server.answers = [Answer(body=1, then_close=True), Answer(body=2)]
    client = Client(scripted_server.url, retries=0)
    assert (client.get("me/"), client.get("me/")) == (1, 2)


def test_a_change_that_may_not_be_repeated_is_not_repeated(scripted_server):
    scripted_server.answers = [Answer(503)]
    with pytest.raises(RequestError):
        Client(scripted_server.url).patch("workspaces/demo/", {"description": "new"})
    assert len(scripted_server.seen) == 1


def test_patience_ends(scripted_server):
    scripted_server.answers = [BUSY] * 3
    with pytest.raises(RequestError, match="503") as caught:
        Client(scripted_server.url, retries=2).get("me/")
    assert caught.value.status == 503
    assert len(scripted_server.seen) == 3


def test_a_server_that_is_away_is_named():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(UnreachableError, match=f"{url} does not answer: connection refused"):
            Client(url, retries=0).get("me/")


def test_a_silent_server_is_given_up_after_the_time_out():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = Client(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout_s=0.2, retries=0)
        with pytest.raises(UnreachableError, match="took too long"):
            client.get("me/")


def test_names_under_localhost_reach_this_machine_under_their_name(scripted_server):
    port = scripted_server.url.rpartition(":")[2]
    scripted_server.answers = [Answer(body={})]
    Client(f"http://studio.localhost:{port}").get("me/")
    assert scripted_server.seen[0].headers["Host"] == f"studio.localhost:{port}"


def test_pages_are_followed_on_this_host_only(scripted_server):
    following = "https://evil.example.net/api/v1/workspaces/?cursor=abc"
    scripted_server.answers = [
        Answer(body={"next": following, "results": [1, 2]}),
        Answer(body={"next": None, "results": [3]}),
    ]
    assert list(Client(scripted_server.url, "secret").pages("workspaces/", page_size=2)) == [1, 2, 3]
    assert [request.path for request in scripted_server.seen] == [
        "/api/v1/workspaces/?page_size=2",
        "/api/v1/workspaces/?cursor=abc",
    ]


@pytest.mark.parametrize(
    ("status", "kind"), [(401, SignInError), (403, PermissionDeniedError), (404, NotFoundError), (409, RequestError)]
)
def test_errors_speak_the_servers_words(scripted_server, status, kind):
    problem = {"title": "No", "detail": "Your role does not allow this.", "status": status, "code": "not_allowed"}
    scripted_server.answers = [Answer(status, problem, {"Content-Type": "application/problem+json"})]
    with pytest.raises(kind, match="Your role does not allow this"):
        Client(scripted_server.url).get("workspaces/demo/")


def test_wrong_fields_are_named(scripted_server):
    errors = {"name": ["A workspace of this name exists."], "non_field_errors": ["Ask an administrator."]}
    scripted_server.answers = [Answer(422, {"detail": "Please correct this.", "code": "invalid", "errors": errors})]
    with pytest.raises(RequestError) as caught:
        Client(scripted_server.url).post("workspaces/", {"name": "demo"})
    message = "Please correct this. name: A workspace of this name exists. Ask an administrator."
    assert str(caught.value) == message
    assert (caught.value.status, caught.value.code, caught.value.errors) == (422, "invalid", errors)


def test_a_redirect_elsewhere_is_told_not_followed(scripted_server):
    scripted_server.answers = [Answer(301, headers={"Location": "https://studio.example.com/api/v1/me/"})]
    with pytest.raises(RequestError, match="points to https://studio"):
        Client(scripted_server.url, "secret").get("me/")


def test_a_page_that_is_no_api_is_no_answer(scripted_server):
    scripted_server.answers = [Answer(200, "<html>", {"Content-Type": "text/html"})]
    with pytest.raises(RequestError, match="is not the studio's API"):
        Client(scripted_server.url).get("me/")
