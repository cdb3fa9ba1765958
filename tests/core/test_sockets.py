"""Websockets as browsers open them: real server, real client. Who is let in, what they get, and when they are cut off."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import orjson
import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from apps.accounts.models import User
from apps.activity.events import user_told
from apps.core import events
from apps.core.consumers import CLOSE_NOT_ALLOWED, CLOSE_TRY_AGAIN, FeedConsumer
from apps.core.feeds import EventSource
from apps.core.models import Event, Topic
from apps.workspaces import services as workspaces
from apps.workspaces.events import workspace_topic
from apps.workspaces.models import Membership, Workspace
from apps.workspaces.roles import Role
from tests.accounts.factories import UserFactory
from tests.conftest import Site
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.service, pytest.mark.servers]

WITHIN_S = 30.0
SAME = object()

Open = Callable[..., ClientConnection]


@pytest.fixture
def open_socket(asgi_server: Site) -> Iterator[Open]:
    """A function that opens a socket as a browser with this person's session would."""
    opened = ExitStack()

    def open_(path: str, user: User | Client | None, *, origin: Any = SAME) -> ClientConnection:
        client = user if isinstance(user, Client) else Client()
        if isinstance(user, User):
            client.force_login(user)
        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
        address = f"{asgi_server.address.replace('http', 'ws', 1)}{path}"
        own = django_settings.STUDIO.url
        headers = {"Cookie": cookies, "Host": own.partition("//")[2]}
        origin = own if origin is SAME else origin
        return opened.enter_context(connect(address, origin=origin, additional_headers=headers, open_timeout=WITHIN_S))

    with opened:
        yield open_


def news(socket: ClientConnection) -> dict[str, Any]:
    message: dict[str, Any] = orjson.loads(socket.recv(timeout=WITHIN_S))
    return message


def tell(workspace: Workspace, **data: Any) -> None:
    events.publish(workspace_topic(workspace.pk), "thing.changed", data)


def address_of(workspace: Workspace, after: Any = None) -> str:
    return f"/ws/workspaces/{workspace.name}/{'' if after is None else f'?after={after}'}"


@pytest.fixture
def workspace() -> Workspace:
    made: Workspace = WorkspaceFactory.create()
    return made


@pytest.mark.parametrize(
    "origin",
    [None, "null", "http://evil.example", "{url}.evil.example", "{url}/", "https{rest}", "http://127.0.0.1:{port}"],
)
@pytest.mark.parametrize("path", ["/ws/me/", "/ws/workspaces/{name}/"])
def test_a_page_of_another_site_opens_no_socket_with_our_cookies(open_socket, workspace, settings, origin, path):
    url = settings.STUDIO.url
    if origin is not None:
        origin = origin.format(url=url, rest=url.removeprefix("http"), port=settings.STUDIO.port)
    with pytest.raises(InvalidStatus) as refused:
        open_socket(path.format(name=workspace.name), member(workspace), origin=origin)
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("path", ["/ws/me/", "/ws/workspaces/{name}/"])
def test_who_is_not_signed_in_opens_none(open_socket, workspace, path):
    with pytest.raises(InvalidStatus) as refused:
        open_socket(path.format(name=workspace.name), None)
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("administrator", [False, True])
def test_a_stranger_cannot_tell_a_workspace_from_one_that_does_not_exist(open_socket, workspace, administrator):
    user = UserFactory.create(administrator=administrator)
    answers = []
    for name in (workspace.name, "no-such", "trashed-one", "%00", "a%2Fb", "%F0%9F%98%80", "x" * 300):
        with pytest.raises(InvalidStatus) as refused:
            open_socket(f"/ws/workspaces/{name}/", user)
        answers.append((refused.value.response.status_code, bytes(refused.value.response.body)))
    assert set(answers) == {(403, answers[0][1])}


@pytest.mark.parametrize("path", ["/ws/", "/ws/no/such/", "/", "/healthz", "/api/v1/me/", "/ws/me/more/"])
def test_an_address_without_a_socket_is_refused_and_is_no_error_of_ours(open_socket, workspace, path, caplog):
    with pytest.raises(InvalidStatus) as refused:
        open_socket(path, member(workspace))
    assert refused.value.response.status_code == 403
    assert "Traceback" not in caplog.text


def test_a_member_gets_news_from_now_on(open_socket, workspace):
    tell(workspace, number=1)
    socket = open_socket(address_of(workspace), member(workspace))
    assert news(socket) == {"type": "reset", "seq": 1}
    tell(workspace, number=2)
    message = news(socket)
    assert (message["seq"], message["type"], message["data"]) == (2, "thing.changed", {"number": 2})
    assert message["at"].endswith("Z")


def test_a_page_that_connects_again_with_its_cursor_has_no_gap(open_socket, workspace):
    user = member(workspace)
    for number in range(1, 4):
        tell(workspace, number=number)
    first = open_socket(address_of(workspace, after=0), user)
    assert [news(first)["seq"] for _ in range(2)] == [1, 2]
    first.close()
    tell(workspace, number=4)
    second = open_socket(address_of(workspace, after=2), user)
    tell(workspace, number=5)
    assert [news(second)["data"]["number"] for _ in range(3)] == [3, 4, 5]


def test_a_page_whose_news_was_pruned_is_told_to_load_again(open_socket, workspace):
    for number in range(1, 6):
        tell(workspace, number=number)
    Topic.objects.update(first_kept_seq=4)
    Event.objects.filter(seq__lt=4).delete()
    socket = open_socket(address_of(workspace, after=1), member(workspace))
    assert news(socket) == {"type": "reset", "seq": 5}
    tell(workspace, number=6)
    assert news(socket)["seq"] == 6


@pytest.mark.parametrize("after", ["x", "-1", "", "9" * 18, "9" * 5000, "1e3", "%00", "٣", "1&after=2&after="])
def test_a_cursor_that_is_none_counts_as_none(open_socket, workspace, after):
    tell(workspace)
    socket = open_socket(address_of(workspace, after=after), member(workspace))
    assert news(socket) == {"type": "reset", "seq": 1}


def test_news_of_two_workspaces_never_mixes(open_socket):
    ours, theirs = WorkspaceFactory.create(), WorkspaceFactory.create()
    here = open_socket(address_of(ours, after=0), member(ours))
    there = open_socket(address_of(theirs, after=0), member(theirs))
    for workspace, text in ((theirs, "theirs"), (ours, "ours"), (theirs, "theirs"), (ours, "ours")):
        tell(workspace, text=text)
    assert [news(here)["data"]["text"] for _ in range(2)] == ["ours"] * 2
    assert [news(there)["data"]["text"] for _ in range(2)] == ["theirs"] * 2


def test_what_a_page_sends_is_not_listened_to(open_socket, workspace):
    socket = open_socket(address_of(workspace, after=0), member(workspace))
    for message in ("not json", '{"type": "wake"}', b"\x00\xff", "[" * 10_000, '{"type": "websocket.close"}'):
        socket.send(message)
    tell(workspace)
    assert news(socket)["seq"] == 1


def leaves(user: User, workspace: Workspace, client: Client) -> None:
    Membership.objects.filter(user=user, workspace=workspace).delete()


def is_switched_off(user: User, workspace: Workspace, client: Client) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def signs_out(user: User, workspace: Workspace, client: Client) -> None:
    client.session.delete()


def changes_the_password(user: User, workspace: Workspace, client: Client) -> None:
    user.set_password("another long password")
    user.save()


def workspace_is_deleted(user: User, workspace: Workspace, client: Client) -> None:
    Workspace.objects.filter(pk=workspace.pk).update(deleted_at=timezone.now())


@pytest.mark.parametrize(
    "loses_the_right", [leaves, is_switched_off, signs_out, changes_the_password, workspace_is_deleted]
)
def test_who_loses_the_right_while_watching_is_cut_off(open_socket, workspace, monkeypatch, loses_the_right):
    monkeypatch.setattr(FeedConsumer, "check_again_s", 0.0)
    user, client = member(workspace), Client()
    client.force_login(user)
    socket = open_socket(address_of(workspace, after=0), client)
    tell(workspace, number=1)
    assert news(socket)["seq"] == 1
    loses_the_right(user, workspace, client)
    tell(workspace, secret="not for them")
    with pytest.raises(ConnectionClosed) as closed:
        news(socket)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == CLOSE_NOT_ALLOWED


def test_the_news_of_their_removal_is_what_cuts_a_member_off(open_socket, workspace):
    owner, removed, stays = member(workspace, Role.OWNER), member(workspace), member(workspace)
    sockets = {user: open_socket(address_of(workspace, after=0), user) for user in (removed, stays)}
    workspaces.remove_member(actor=owner, membership=Membership.objects.get(workspace=workspace, user=removed))
    with pytest.raises(ConnectionClosed) as closed:
        news(sockets[removed])
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == CLOSE_NOT_ALLOWED
    assert news(sockets[stays])["type"] == "members.changed"


def test_a_socket_that_cannot_be_served_is_closed_so_that_the_page_connects_again(open_socket, workspace, monkeypatch):
    async def fail(self: EventSource) -> tuple[int, int]:
        raise OSError("the database is away")

    monkeypatch.setattr(EventSource, "bounds", fail)
    socket = open_socket(address_of(workspace, after=0), member(workspace))
    with pytest.raises(ConnectionClosed) as closed:
        news(socket)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == CLOSE_TRY_AGAIN


def test_a_person_gets_their_own_news_only(open_socket):
    ann, ben = UserFactory.create(), UserFactory.create()
    anns, bens = open_socket("/ws/me/?after=0", ann), open_socket("/ws/me/?after=0", ben)
    user_told(ben.pk, "notification", text="for Ben")
    user_told(ann.pk, "notification", text="for Ann")
    assert news(anns)["data"] == {"text": "for Ann"}
    assert news(bens)["data"] == {"text": "for Ben"}


def test_a_socket_that_asks_for_it_hears_that_its_server_is_there(open_socket: Open, monkeypatch: Any) -> None:
    monkeypatch.setattr(FeedConsumer, "heartbeat_s", 0.05)
    user = UserFactory.create()
    socket = open_socket("/ws/me/?after=0&heartbeat=1", user)
    heard = [news(socket) for _ in range(3)]
    assert {"type": "heartbeat"} in heard
