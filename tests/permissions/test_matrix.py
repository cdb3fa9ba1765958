"""Every address, called with every verb by everybody, tells each of them what the policy table says."""

import pytest

from tests.permissions.callers import World
from tests.permissions.expectations import VERBS, expected, told
from tests.permissions.routes import Route, declared_routes

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("route", declared_routes(), ids=str)
def test_everybody_is_told_what_the_policy_says(world: World, route: Route):
    wrong = []
    assert route.access is not None
    offered = {*route.access.verbs, *(["HEAD"] if "GET" in route.access.verbs else [])}
    for caller in world.programs if route.is_api else world.browsers:
        address = route.address(world.arguments(route, caller))
        # What is not offered is refused before anybody's role counts: one caller of each kind shows it.
        for verb in VERBS if caller in world.one_of_each_kind else [verb for verb in VERBS if verb in offered]:
            answer = world.call(caller, verb, address, as_program=route.is_api)
            promised = expected(world, route, verb, caller)
            if told(answer) != promised:
                wrong.append(f"{verb} by {caller}: {told(answer)} ({answer.status_code}), but promised is {promised}")
    assert not wrong, f"{route.view_name} at {route.pattern}:\n" + "\n".join(wrong)
