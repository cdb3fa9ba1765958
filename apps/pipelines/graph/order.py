"""In which order the nodes of a graph can be carried out. All of it takes time in proportion to nodes and connections."""

import heapq
import re
from collections.abc import Collection, Iterable
from typing import Final

from apps.pipelines.graph.types import FromNode, Graph, Node

_DIGITS: Final = re.compile(r"(\d+)")


class CycleError(ValueError):
    """Nodes wait for each other. ``cycle``: their keys, each of which needs the one before it; the first needs the last."""

    def __init__(self, cycle: list[str]) -> None:
        super().__init__(" → ".join([*cycle, cycle[0]]))
        self.cycle = cycle


def needed_by(node: Node) -> dict[str, list[str]]:
    """Return the nodes that must have succeeded before a node begins, each with the fields that say so."""
    fields: dict[str, list[str]] = {}
    for name, binding in node.inputs.items():
        if isinstance(binding, FromNode):
            fields.setdefault(binding.node, []).append(f"inputs.{name}")
    for key in node.run_after:
        fields.setdefault(key, []).append("run_after")
    return fields


def predecessors(graph: Graph) -> dict[str, set[str]]:
    """Return for each node those that must have succeeded before it begins. Nodes that do not exist are left out."""
    return {key: {other for other in needed_by(node) if other in graph.nodes} for key, node in graph.nodes.items()}


def successors(graph: Graph) -> dict[str, set[str]]:
    """Return for each node those that wait for it."""
    found: dict[str, set[str]] = {key: set() for key in graph.nodes}
    for key, before in predecessors(graph).items():
        for other in before:
            found[other].add(key)
    return found


def topological(graph: Graph) -> list[str]:
    """Return the nodes so that none comes before one that it needs; where that leaves a choice, by their names (``b2`` before
    ``b10``), so that the same graph always has the same order.

    Raises:
        CycleError: there is no such order.
    """
    waiting = {key: len(before) for key, before in predecessors(graph).items()}
    after = successors(graph)
    free = [(_by_name(key), key) for key, count in waiting.items() if not count]
    heapq.heapify(free)
    order: list[str] = []
    while free:
        key = heapq.heappop(free)[1]
        order.append(key)
        for follower in after[key]:
            waiting[follower] -= 1
            if not waiting[follower]:
                heapq.heappush(free, (_by_name(follower), follower))
    if len(order) < len(graph.nodes):
        raise CycleError(cycles(graph)[0])
    return order


def ready(graph: Graph, succeeded: Collection[str], begun: Collection[str] = ()) -> list[str]:
    """Return the nodes that can begin now, by name.

    Args: succeeded: nodes that have. begun: nodes that run, or have ended in whatever way.
    """
    over = set(succeeded)
    taken = over | set(begun)
    free = (key for key, before in predecessors(graph).items() if key not in taken and before <= over)
    return sorted(free, key=_by_name)


def below(graph: Graph, keys: Iterable[str]) -> set[str]:
    """Return the nodes that can only begin once one of ``keys`` has succeeded; without ``keys`` themselves."""
    after = successors(graph)
    beginning = set(keys)
    found: set[str] = set()
    waiting = list(beginning)
    while waiting:
        for follower in after.get(waiting.pop(), ()):
            if follower not in found:
                found.add(follower)
                waiting.append(follower)
    return found - beginning


def cycles(graph: Graph) -> list[list[str]]:
    """Return cycles, at least one through each group of nodes that wait for each other."""
    before = {key: sorted(others, key=_by_name) for key, others in predecessors(graph).items()}
    found: list[list[str]] = []
    done: set[str] = set()
    for start in sorted(before, key=_by_name):
        if start in done:
            continue
        # What is needed, from `start` down to where we are, with what is still to be looked at there.
        path = [start]
        place = {start: 0}
        rest = [iter(before[start])]
        while path:
            key = next(rest[-1], None)
            if key is None:
                place.pop(path[-1])
                done.add(path.pop())
                rest.pop()
            elif key in place:
                found.append(path[place[key] :][::-1])
            elif key not in done:
                place[key] = len(path)
                path.append(key)
                rest.append(iter(before[key]))
    return found


def _by_name(name: str) -> tuple[tuple[str, int], ...]:
    """Order names as people do: numbers in them by their size."""
    parts = _DIGITS.split(name)
    numbers = (int(digits) for digits in parts[1::2])
    return (*zip(parts[0::2], [*numbers, -1], strict=True), (name, 0))
