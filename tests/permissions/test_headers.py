"""What every answer says to the browser so that it defends the page too."""

import re

import pytest
from django.conf import settings

from apps.core.access import Level
from tests.accounts.factories import PASSWORD
from tests.permissions.callers import World
from tests.permissions.routes import Route, declared_routes

pytestmark = [pytest.mark.django_db, pytest.mark.service]

PAGES = [route for route in declared_routes() if not route.is_api and route.access and "GET" in route.access.verbs]


def check(answer) -> None:
    policy = dict(
        part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";") if " " in part.strip()
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert "*" not in answer["Content-Security-Policy"]
    own = {
        "'self'",
        "'none'",
        "data:",
        "blob:",
        settings.STUDIO.content_url,
        settings.STUDIO.url.replace("http", "ws", 1),
    }
    assert {source for sources in policy.values() for source in sources.split()} <= own
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] in {"same-origin", "strict-origin"}, "an address may hold a secret"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    if answer["Content-Type"].startswith("text/html"):
        check_html(answer.content.decode())


def check_html(html: str) -> None:
    """The page obeys its own policy and asks nobody else for anything."""
    scripts = re.findall(r"<script\b([^>]*)>", html)
    assert all("src=" in script or 'type="application/json"' in script for script in scripts), "inline script"
    assert not re.search(r"<style\b", html), "inline style"
    assert not re.search(r"""<[^>]+\s(style|on[a-z]+)\s*=\s*["']""", html), "inline style or handler"
    loads = re.findall(
        r"""<(?:script|link|img|iframe|source|use|object|embed)\b[^>]*?\s(?:src|href|data)=["']([^"']*)""", html
    )
    foreign = [address for address in loads if re.match(r"(\w+:)?//", address)]
    assert not [
        address for address in foreign if not address.startswith((settings.STUDIO.url, settings.STUDIO.content_url))
    ]


@pytest.mark.parametrize("route", PAGES, ids=str)
def test_every_page_carries_its_defences(world: World, route: Route):
    assert route.access
    caller = world.administrator if route.access.level is Level.ADMINISTRATOR else world.owner
    answer = world.call(caller, "GET", route.address(world.arguments(route, caller)))
    assert answer.status_code < 500
    check(answer)


@pytest.mark.parametrize("status", [302, 400, 403, 404, 405])
def test_refusals_carry_them_too(world: World, status: int):
    calls = {
        302: lambda: world.call(world.anonymous, "GET", "/workspaces/"),
        400: lambda: world.call(world.anonymous, "GET", "/", host="evil.example"),
        403: lambda: world.call(world.anonymous, "POST", "/sign-in/", enforce_csrf=True),
        404: lambda: world.call(world.owner, "GET", "/no/such/page/"),
        405: lambda: world.call(world.owner, "PUT", "/workspaces/"),
    }
    answer = calls[status]()
    assert answer.status_code == status
    check(answer)


def test_the_api_cannot_be_framed_or_sniffed_either(world: World):
    answer = world.call(world.owner, "GET", "/api/v1/me/", as_program=True)
    assert (answer["X-Content-Type-Options"], answer["X-Frame-Options"]) == ("nosniff", "DENY")
    assert "Access-Control-Allow-Origin" not in answer


@pytest.mark.parametrize(
    "route", [route for route in declared_routes() if route.access and "GET" in route.access.verbs], ids=str
)
def test_no_other_site_may_read_answers_and_no_cache_may_keep_them(world: World, route: Route):
    assert route.access
    caller = world.administrator if route.access.level is Level.ADMINISTRATOR else world.owner
    address = route.address(world.arguments(route, caller))
    answer = world.call(caller, "GET", address, as_program=route.is_api, origin="http://evil.example")
    assert not [name for name in answer.headers if name.lower().startswith("access-control-allow")]
    caching = answer.get("Cache-Control", "")
    varies = {part.strip().lower() for part in answer.get("Vary", "").split(",")}
    assert "public" not in caching
    assert "no-store" in caching or "private" in caching or "cookie" in varies or "authorization" in varies, (
        "a shared cache could give this to somebody else"
    )


def test_cookies_are_for_this_host_alone_and_out_of_reach_of_scripts(world: World):
    assert world.owner.user
    data = {"name": world.owner.user.username, "password": PASSWORD}
    page = world.call(world.anonymous, "GET", "/sign-in/")
    signed_in = world.call(world.anonymous, "POST", "/sign-in/", data=data)
    cookies = {**page.cookies, **signed_in.cookies}
    assert {"__Host-studio-session", "__Host-studio-csrf"} <= set(cookies)
    for name in ("__Host-studio-session", "__Host-studio-csrf"):
        cookie = cookies[name]
        assert cookie["secure"] is True, name
        assert cookie["httponly"] is True, name
        assert cookie["samesite"] == "Lax", name
        assert (cookie["path"], cookie["domain"]) == ("/", ""), name
