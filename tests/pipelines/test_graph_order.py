"""In which order nodes can run, against all orders that there are."""

import itertools
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.pipelines.graph import order
from apps.pipelines.graph.check import check
from apps.pipelines.graph.codec import graph_from_json, graph_to_json
from apps.pipelines.graph.types import FromData, FromNode, Graph, InputPort, Node
from tests.pipelines.graphs import chain, component, from_edges

KEYS = ("a", "b", "c", "d", "e")
edges = st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS)), max_size=8)


def is_order(keys: tuple[str, ...], pairs: list[tuple[str, str]]) -> bool:
    return all(keys.index(before) < keys.index(after) for before, after in pairs)


@settings(deadline=None, max_examples=60)
@given(edges)
def test_an_order_is_found_exactly_where_there_is_one(pairs: list[tuple[str, str]]):
    graph = from_edges(pairs, KEYS)
    there_is = any(is_order(keys, pairs) for keys in itertools.permutations(KEYS))
    assert bool(order.cycles(graph)) != there_is
    if there_is:
        assert is_order(tuple(order.topological(graph)), pairs)
    else:
        with pytest.raises(order.CycleError):
            order.topological(graph)


@settings(deadline=None, max_examples=60)
@given(edges)
def test_cycles_are_cycles(pairs: list[tuple[str, str]]):
    for cycle in order.cycles(from_edges(pairs, KEYS)):
        assert all(pair in pairs for pair in zip(cycle, [*cycle[1:], cycle[0]], strict=True))


def test_each_group_that_waits_for_itself_is_named():
    graph = from_edges([("a", "b"), ("b", "a"), ("b", "c"), ("c", "d"), ("d", "c"), ("e", "e")])
    assert sorted(sorted(cycle) for cycle in order.cycles(graph)) == [["a", "b"], ["c", "d"], ["e"]]


def test_where_there_is_a_choice_names_decide_as_people_count():
    assert order.topological(from_edges([], ("b10", "b2", "a"))) == ["a", "b2", "b10"]
    graph = from_edges([("z", "a")], ("m",))
    again = Graph(nodes=dict(reversed(graph.nodes.items())), components=graph.components)
    assert order.topological(graph) == order.topological(again) == ["m", "z", "a"]


@settings(deadline=None, max_examples=60)
@given(edges, st.sets(st.sampled_from(KEYS)))
def test_ready_is_what_waits_for_nothing(pairs: list[tuple[str, str]], succeeded: set[str]):
    graph = from_edges(pairs, KEYS)
    expected = [
        key
        for key in KEYS
        if key not in succeeded and all(before in succeeded for before, after in pairs if after == key)
    ]
    assert order.ready(graph, succeeded) == expected
    assert order.ready(graph, succeeded, begun=KEYS) == []


def test_what_lies_below_a_step_is_what_it_keeps_from_running():
    graph = from_edges([("a", "b"), ("b", "c"), ("a", "d"), ("e", "d")])
    assert order.below(graph, ["b"]) == {"c"}
    assert order.below(graph, ["a", "e"]) == {"b", "c", "d"}
    assert order.below(graph, ["c"]) == set()


def test_connections_and_run_after_both_count_and_strangers_do_not():
    graph = Graph(
        nodes={
            "a": Node("c"),
            "b": Node("c"),
            "c": Node("c", {"x": FromNode("a", "out"), "y": FromNode("gone", "out")}, run_after=("b",)),
        }
    )
    assert order.predecessors(graph)["c"] == {"a", "b"}
    assert order.successors(graph) == {"a": {"c"}, "b": {"c"}, "c": set()}


# --- Time in proportion to the graph, counted in calls rather than seconds ---


def wide(count: int) -> Graph:
    """Return as many steps that all read one and are all read by one."""
    work = component({f"in_{number}": InputPort("uri_folder", optional=True) for number in range(1)})
    join = component({f"in_{number}": InputPort("uri_folder") for number in range(count)})
    nodes = {"first": Node("work", {"in_0": FromData("azureml:iris:1")})}
    nodes |= {f"step_{number}": Node("work", {"in_0": FromNode("first", "out")}) for number in range(count)}
    nodes["last"] = Node("join", {f"in_{number}": FromNode(f"step_{number}", "out") for number in range(count)})
    return Graph(nodes=nodes, components={"work": work, "join": join})


def long(count: int) -> Graph:
    """Return as many steps, one after the other."""
    return chain(*(f"step_{number}" for number in range(count)))


def calls(function: Callable[[], Any]) -> int:
    """Return how many functions were called, those of C included."""
    count = 0

    def look(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        function()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("shape", [wide, long])
@pytest.mark.parametrize("work", [
    order.topological,
    order.cycles,
    lambda graph: order.below(graph, ["first", "step_0"]),
    lambda graph: check(graph, {}),
    lambda graph: graph_from_json(graph_to_json(graph)),
], ids=["topological", "cycles", "below", "check", "codec"])  # fmt: skip
def test_four_times_the_steps_are_four_times_the_work(shape, work):
    small, large = shape(150), shape(600)
    assert work(small) is not None
    assert calls(lambda: work(large)) < 5 * calls(lambda: work(small))


def test_a_thousand_steps_are_fine():
    assert check(long(1000), {}) == check(wide(1000), {}) == []
    assert order.topological(long(1000))[-1] == "step_999"
