"""No other site can make a signed-in browser change anything."""

import pytest

from apps.core.access import Level
from tests.permissions.callers import Caller, World
from tests.permissions.routes import Route, declared_routes

pytestmark = [pytest.mark.django_db, pytest.mark.service]

CHANGING = [route for route in declared_routes() if route.access and set(route.access.verbs) - {"GET"}]
PAGES = [route for route in CHANGING if not route.is_api]
OF_PROGRAMS = {Level.MACHINE, Level.WORK}
OF_BROWSERS = [route for route in CHANGING if route.is_api and route.access and route.access.level not in OF_PROGRAMS]


def mightiest(world: World, route: Route) -> Caller:
    """Return somebody whom nothing but the missing token keeps from it."""
    assert route.access
    return world.administrator if route.access.level is Level.ADMINISTRATOR else world.owner


@pytest.mark.parametrize("route", PAGES, ids=str)
@pytest.mark.parametrize("forged", ["", "0" * 64])
def test_a_form_without_its_token_is_refused(world: World, route: Route, forged: str):
    caller = mightiest(world, route)
    address = route.address(world.arguments(route, caller))
    data = {"csrfmiddlewaretoken": forged} if forged else {}
    answer = world.call(caller, "POST", address, data=data, enforce_csrf=True, origin="http://evil.example")
    assert answer.status_code == 403
    assert "Reload it and try again" in answer.content.decode()


@pytest.mark.parametrize("route", OF_BROWSERS, ids=str)
def test_the_api_takes_no_commands_on_the_strength_of_a_cookie_alone(world: World, route: Route):
    assert route.access
    caller = mightiest(world, route)
    address = route.address(world.arguments(route, caller))
    for verb in set(route.access.verbs) - {"GET"}:
        options = {"data": {}, "as_program": True} if verb == "POST" else {"data": "", "as_program": False}
        cookie_only = Caller(caller.name, caller.user, caller.role, caller.cookies)
        answer = world.call(cookie_only, verb, address, enforce_csrf=True, cookie=caller.cookies, **options)
        assert (answer.status_code, "CSRF" in answer.content.decode()) == (403, True), verb
