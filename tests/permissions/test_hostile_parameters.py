"""Text that is made to do harm does none in any parameter by itself, where another that is wrong cannot hide it.

Apart from the other hostile texts, since it takes long and no database makes a difference.
"""

import pytest

from tests.permissions.callers import World
from tests.permissions.routes import Route
from tests.permissions.test_hostile_input import HARM, READS, assert_harmless, caller_of, parameters_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("route", READS, ids=str)
def test_hostile_text_in_one_parameter_does_no_harm(world: World, route: Route):
    caller = caller_of(world, route)
    address = route.address(world.arguments(route, caller))
    for name in parameters_of(world, route, caller, address):
        answer = world.call(caller, "GET", address, as_program=route.is_api, data={name: HARM})
        assert_harmless(answer, f"{name} at {address}")
