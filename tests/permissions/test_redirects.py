"""No address of ours can be made to send people to another site."""

from urllib.parse import urlsplit

import pytest
from django.conf import settings

from tests.accounts.factories import PASSWORD
from tests.permissions.callers import World
from tests.permissions.routes import Route, declared_routes

pytestmark = pytest.mark.django_db

ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "/\t/evil.example/",
    " https://evil.example/",
    "https:evil.example",
    "http:///evil.example/",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "{url}@evil.example/",
    "{url}.evil.example/",
    "/page\r\nLocation: https://evil.example/",
    "http://[evil",
    "/\x00/evil.example",
]
NAMES = ("next", "url", "redirect", "return_to", "back", "path", "referer", "continue")


def is_ours(location: str) -> bool:
    """Whether a browser that follows this stays on the studio, its content host included."""
    if any(location.startswith(f"{base}/") for base in (settings.STUDIO.url, settings.STUDIO.content_url)):
        return True
    cleaned = location.strip().replace("\t", "").replace("\\", "/")
    return (
        (cleaned.startswith(("/", "?")) or not cleaned)
        and not cleaned.startswith("//")
        and not urlsplit(cleaned).scheme
    )


@pytest.mark.parametrize("route", [route for route in declared_routes() if not route.is_api], ids=str)
def test_whatever_an_address_is_given_it_leads_nowhere_else(world: World, route: Route):
    assert route.access
    callers = [world.owner, world.administrator, world.anonymous]
    wrong = []
    for caller in callers:
        address = route.address(world.arguments(route, caller))
        for elsewhere in ELSEWHERE:
            value = elsewhere.format(url=settings.STUDIO.url) if "{url}" in elsewhere else elsewhere
            data = dict.fromkeys(NAMES, value)
            for verb in route.access.verbs:
                header = value if value.isprintable() else "https://evil.example/"
                answer = world.call(caller, verb, address, data=data, referer=header)
                if answer.status_code >= 500:
                    wrong.append(f"{verb} {value!r} by {caller}: {answer.status_code}")
                for name in ("Location", "HX-Redirect", "HX-Location", "HX-Push-Url"):
                    if name in answer and not is_ours(answer[name]):
                        wrong.append(f"{verb} {value!r} by {caller}: {name}: {answer[name]}")
    assert not wrong


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_signing_in_leads_back_to_the_studio_only(world: World, elsewhere: str):
    assert world.owner.user
    value = elsewhere.replace("{url}", settings.STUDIO.url)
    data = {"name": world.owner.user.username, "password": PASSWORD, "next": value}
    answer = world.call(world.anonymous, "POST", "/sign-in/", data=data)
    assert answer.status_code == 302, answer.content.decode()
    assert is_ours(answer["Location"])
    assert "__Host-studio-session" in answer.cookies
