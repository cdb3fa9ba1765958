"""How many servers a load asks for."""

import pytest

from apps.core.errors import InvalidInput
from apps.endpoints.autoscaling import Load, decide, needed
from apps.endpoints.limits import checked_collection, checked_scaling

SCALING = checked_scaling({"min_instances": 1, "max_instances": 8, "target_utilization": 50, "cool_down_s": 60})
SLEEPS = {**SCALING, "min_instances": 0}


@pytest.mark.parametrize(
    ("busy", "waiting", "concurrent", "count"),
    [
        (0, 0, 1, 1),
        (0.5, 0, 1, 1),
        (0.6, 0, 1, 2),
        (2, 0, 1, 4),
        (2, 0, 4, 1),
        (2.1, 0, 4, 2),
        (100, 900, 1, 8),
    ],
)
def test_servers_are_as_busy_as_they_shall_be(busy, waiting, concurrent, count):
    assert needed(Load(busy, waiting), SCALING, concurrent) == count


@pytest.mark.parametrize(("busy", "waiting", "count"), [(0, 0, 0), (0, 1, 1), (0.001, 0, 1)])
def test_what_may_sleep_wakes_for_the_first_request(busy, waiting, count):
    assert needed(Load(busy, waiting), SLEEPS, 10) == count


def test_more_come_at_once_and_fewer_only_when_fewer_were_enough_for_long():
    assert decide(1, Load(3), SCALING, 1, 0) == 6
    assert decide(6, Load(0.5), SCALING, 1, 59) == 6
    assert decide(6, Load(0.5), SCALING, 1, 60) == 3, "Half of them at a time: what comes back finds most of them."
    assert decide(3, Load(1.1), SCALING, 1, 60) == 3
    assert decide(2, Load(0), SLEEPS, 1, 60) == 1
    assert decide(1, Load(0), SLEEPS, 1, 60) == 0
    assert decide(0, Load(0), SLEEPS, 1, 1e6) == 0
    assert decide(0, Load(1, 1), SLEEPS, 1, 0) == 2


def test_new_limits_count_at_once():
    assert decide(1, Load(), {**SCALING, "min_instances": 3}, 1, 0) == 3
    assert decide(8, Load(4), {**SCALING, "max_instances": 2}, 1, 0) == 2


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"min_instances": -1}, "min_instances"),
        ({"max_instances": 0}, "max_instances"),
        ({"min_instances": 3, "max_instances": 2}, "max_instances"),
        ({"target_utilization": 101}, "target_utilization"),
        ({"target_utilization": True}, "target_utilization"),
        ({"cool_down_s": "60"}, "cool_down_s"),
        ({"speed": 1}, "speed"),
    ],
)
def test_scaling_that_cannot_be_is_refused_at_its_field(given, field):
    with pytest.raises(InvalidInput) as refused:
        checked_scaling(given)
    assert field in refused.value.errors


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"sampling_rate": 0}, "sampling_rate"),
        ({"sampling_rate": 1.1}, "sampling_rate"),
        ({"sampling_rate": "all"}, "sampling_rate"),
        ({"rolling_rate": "year"}, "rolling_rate"),
        ({"inputs": "yes"}, "inputs"),
        ({"pictures": True}, "pictures"),
    ],
)
def test_collecting_that_cannot_be_is_refused_at_its_field(given, field):
    with pytest.raises(InvalidInput) as refused:
        checked_collection(given)
    assert field in refused.value.errors


def test_nothing_said_is_nothing_done():
    assert checked_scaling({}) == {}
    assert checked_collection({}) == {}
    assert checked_collection({"inputs": False, "outputs": False}) == {}
    assert checked_collection({"sampling_rate": 0.5})["inputs"] is True
