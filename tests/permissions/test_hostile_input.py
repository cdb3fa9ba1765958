"""Text that is made to do harm does none: typed into every form, sent in every address, stored in every field."""

import re
from typing import Any

import pytest
from django.db.models import CharField, JSONField, Model, TextField
from django.urls import Resolver404, resolve

from apps.accounts.models import AccessToken, User
from apps.activity.models import AuditRecord, Notification
from apps.compute.models import Agent
from apps.core.access import Level
from apps.core.models import PendingTask, SavedView
from apps.workspaces.models import Alias, Workspace
from tests.permissions.callers import Caller, World
from tests.permissions.html_forms import Form, forms_of
from tests.permissions.routes import Route, declared_routes

pytestmark = [pytest.mark.django_db, pytest.mark.service]

HARM = "\"'></title></textarea><script>xss()</script><img src=x onerror=xss()>{{31337*3}}{% now 'Y' %}${31337*3}"
HOSTILE = [
    HARM,
    "\x00",
    "a\x00b",
    "\r\nSet-Cookie: x=1",
    "x" * 200_000,
    "' OR 1=1; DROP TABLE accounts_user; --",
    "%s%n%(x)s{0}{x.__class__}",
    "../../../etc/passwd",
    "=cmd|' /C calc'!A0",
    "\u202e\u2066\ufeff\u0000\U000e0001😀",
    "9" * 400,
    "-1e400",
    "javascript:alert(1)",
]
HEADERS = (
    "accept",
    "accept-language",
    "user-agent",
    "referer",
    "hx-current-url",
    "hx-target",
    "x-forwarded-for",
    "cookie",
)
LIST_PARAMETERS = ("q", "sort", "columns", "size", "after", "before", "last", "from", "export", "next", "page")

PAGES = [route for route in declared_routes() if not route.is_api and route.access and "GET" in route.access.verbs]
READS = [route for route in declared_routes() if route.access and "GET" in route.access.verbs]


def caller_of(world: World, route: Route) -> Caller:
    assert route.access
    if route.access.level is Level.PUBLIC:
        return world.anonymous
    return world.administrator if route.access.level is Level.ADMINISTRATOR else world.owner


def assert_harmless(answer: Any, where: str) -> None:
    assert answer.status_code < 500, f"{where}: {answer.status_code}"
    assert "Set-Cookie: x=1" not in str(answer.headers)
    if answer.get("Content-Type", "").startswith("text/html"):
        html = answer.content.decode()
        assert "<script>xss" not in html, f"{where}: HTML goes through"
        assert "<img src=x" not in html, f"{where}: HTML goes through"
        assert "94011" not in html, f"{where}: text is taken for a template"


def targets(world: World, route: Route, caller: Caller) -> list[tuple[str, Form]]:
    """The forms on a page with the addresses that take them."""
    address = route.address(world.arguments(route, caller))
    answer = world.call(caller, "GET", address)
    if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
        return []
    found = [
        (form.action or address, form)
        for form in forms_of(answer.content.decode())
        if form.method == "post" and form.texts
    ]
    return [(action, form) for action, form in found if leads_somewhere(action)]


def leads_somewhere(action: str) -> bool:
    try:
        return bool(resolve(action.partition("?")[0]))
    except Resolver404:
        return False


@pytest.mark.parametrize("route", PAGES, ids=str)
def test_hostile_text_typed_into_any_form_does_no_harm(world: World, route: Route):
    caller = caller_of(world, route)
    page = route.address(world.arguments(route, caller))
    for action, form in targets(world, route, caller):
        for text in HOSTILE:
            with world.taken_back():
                where = f"{text[:40]!r} typed into {form.texts} at {action}"
                answer = world.send(caller, "POST", action, data=form.filled(text))
                assert_harmless(answer, where)
                assert_harmless(world.send(caller, "GET", page), f"{where}, then {page}")


def test_the_forms_were_found(world: World):
    """Else the test above would be content with nothing."""
    found = {action for route in PAGES for action, _ in targets(world, route, caller_of(world, route))}
    assert {"/sign-in/", "/workspaces/new/", "/account/profile/", "/views/save/"} <= found
    assert len(found) > 10


def parameters_of(world: World, route: Route, caller: Caller, address: str) -> list[str]:
    """What an address may be asked with: the parameters of lists, and the fields of its page."""
    names = set(LIST_PARAMETERS)
    page = world.call(caller, "GET", address, as_program=route.is_api)
    if page.get("Content-Type", "").startswith("text/html"):
        names |= set(re.findall(r'name="(\w+)"', page.content.decode()))
    return sorted(names - {"csrfmiddlewaretoken"})


@pytest.mark.parametrize("route", READS, ids=str)
def test_hostile_text_in_an_address_does_no_harm(world: World, route: Route):
    caller = caller_of(world, route)
    address = route.address(world.arguments(route, caller))
    names = parameters_of(world, route, caller, address)
    for text in [text for text in HOSTILE if len(text) < 1000]:
        data = dict.fromkeys(names, text)
        assert_harmless(
            world.call(caller, "GET", address, as_program=route.is_api, data=data), f"{text[:40]!r} at {address}"
        )


@pytest.mark.parametrize("header", HEADERS)
def test_hostile_text_in_a_header_does_no_harm(world: World, header: str):
    for text in (HARM, "ÿ" * 300, "en;q=9" * 200, "..;/", "'\"", "=" * 50):
        for address in ("/", "/sign-in/", "/api/v1/me/", "/no/such/page/"):
            for caller in (world.anonymous, world.owner):
                answer = world.call(caller, "GET", address, **{header: text})
                assert_harmless(answer, f"{header}: {text[:40]!r} at {address}")


def poison(model: type[Model], **conditions: Any) -> None:
    """Write hostile text into every text field of rows, past all checks, as an older version may have let it in."""
    untouched = {
        "id",
        "name",
        "username",
        "theme",
        "language",
        "time_zone",
        "role",
        "scope",
        "kind",
        "level",
        "password",
    }
    untouched |= {
        "token_hash",
        "prefix",
        "isolation",
        "list_key",
        "email",
        "url",
        "arguments",
        "detail",
        "verb",
        "gpus",
    }
    for row in model._default_manager.filter(**conditions):
        for field in model._meta.concrete_fields:
            if field.name in untouched or field.choices or field.primary_key or field.remote_field:
                continue
            if isinstance(field, (CharField, TextField)):
                setattr(row, field.name, HARM[: field.max_length or None])
            elif isinstance(field, JSONField) and field.name == "tags":
                setattr(row, field.name, {HARM: HARM})
        row.save()


@pytest.fixture(scope="module")
def poisoned(world: World) -> World:
    """The world after somebody wrote hostile text into everything a page may show."""
    assert world.owner.user
    assert world.administrator.user
    for user in (world.owner.user, world.administrator.user):
        Notification.objects.create(user=user, title=HARM, body=HARM, url="/")
        AccessToken.objects.filter(user=user).update(name=HARM[:80])
        SavedView.objects.create(owner=user, list_key="members", scope=str(world.ours.pk), name=HARM[:60], query=HARM)
    PendingTask.objects.create(name=HARM, last_error=HARM, failed_at=world.ours.created_at)
    Agent.objects.create(name=HARM[:60], token_hash="x")
    for place in (world.ours.pk, None):
        AuditRecord.objects.create(
            workspace_id=place, actor=world.owner.user, actor_name=HARM[:150], verb="workspace.changed",
            target_kind="workspace", target_label=HARM, summary=HARM, detail={"name": HARM, "changes": {HARM: [HARM, HARM]}},
        )  # fmt: skip
    Alias.objects.create(workspace=world.ours, kind="compute", name=HARM, target=HARM)
    poison(User)
    poison(Workspace)
    poison(Agent)
    return world


@pytest.mark.parametrize("route", PAGES, ids=str)
def test_hostile_text_that_is_stored_is_shown_as_text(poisoned: World, route: Route):
    caller = caller_of(poisoned, route)
    address = route.address(poisoned.arguments(route, caller))
    assert_harmless(poisoned.call(caller, "GET", address), address)


def test_the_stored_text_was_shown(poisoned: World):
    """Else the test above would be content with pages that show nothing."""
    shown = 0
    for route in PAGES:
        caller = caller_of(poisoned, route)
        answer = poisoned.call(caller, "GET", route.address(poisoned.arguments(route, caller)))
        shown += (
            answer.get("Content-Type", "").startswith("text/html") and "&lt;script&gt;xss()" in answer.content.decode()
        )
    assert shown > 10
