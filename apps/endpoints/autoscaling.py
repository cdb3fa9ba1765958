"""How many servers a load needs. No models, no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True)
class Load:
    """What gateways say of a deployment. ``busy``: requests that it has at once, on average; ``waiting``: those in line now."""

    busy: float = 0.0
    waiting: int = 0


def needed(load: Load, scaling: Mapping[str, int], max_concurrent: int) -> int:
    """Return how many servers a load asks for, within the limits of ``scaling`` (see ``limits.checked_scaling``).

    Args: max_concurrent: how many requests one server takes at once.
    """
    of_each = max_concurrent * scaling["target_utilization"] / 100
    count = ceil(round(load.busy / of_each, 6))
    if load.waiting or load.busy > 0:
        count = max(1, count)
    return min(max(count, scaling["min_instances"]), scaling["max_instances"])


def decide(count: int, load: Load, scaling: Mapping[str, int], max_concurrent: int, enough_for_s: float) -> int:
    """Return how many servers there shall be from now on.

    More come at once. Fewer are left when fewer were enough for the cool-down, half of those that are there at a time: what comes
    back a moment later finds most of them.

    Args: count: how many there are. enough_for_s: for how long fewer have been enough.
    """
    wanted = needed(load, scaling, max_concurrent)
    if wanted >= count or enough_for_s < scaling["cool_down_s"]:
        return max(wanted, min(count, scaling["max_instances"]))
    return max(wanted, count // 2)
