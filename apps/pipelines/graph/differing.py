"""In which nodes two pipelines differ, and how, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from apps.pipelines.graph import values
from apps.pipelines.graph.codec import digest, digest_of_component
from apps.pipelines.graph.types import Binding, Component, FromData, FromNode, Graph, Node, Value

Mark = Literal["same", "changed", "only"]

LONGEST: Final = 80


@dataclass(frozen=True)
class NodeDifference:
    """How a node stands to that of the same key in the other pipeline. ``first`` and ``second``: whether each has it."""

    key: str
    first: bool
    second: bool
    sentences: tuple[str, ...] = ()

    @property
    def mark(self) -> Mark:
        """How it is marked in the drawings of both."""
        if not (self.first and self.second):
            return "only"
        return "changed" if self.sentences else "same"


def differences(
    first: Graph, given_first: Mapping[str, Binding], second: Graph, given_second: Mapping[str, Binding]
) -> list[NodeDifference]:
    """Compare two pipelines node by node, each with what was given for its inputs; nodes of the same key are the same one.

    Returns: all nodes, those of the first in its order, then those that only the second has.
    """
    found = []
    for key in first.nodes:
        if key not in second.nodes:
            found.append(NodeDifference(key, first=True, second=False))
            continue
        sentences = (*_component(first, second, key), *_inputs(first, given_first, second, given_second, key),
                     *_settings(first.nodes[key], second.nodes[key]))  # fmt: skip
        found.append(NodeDifference(key, first=True, second=True, sentences=sentences))
    return found + [NodeDifference(key, first=False, second=True) for key in second.nodes if key not in first.nodes]


def _component(first: Graph, second: Graph, key: str) -> list[str]:
    before, after = first.components[first.nodes[key].component], second.components[second.nodes[key].component]
    if before.reference != after.reference:
        return [f"component {_name(before)} became {_name(after)}"]
    if digest_of_component(before) == digest_of_component(after):
        return []
    found = []
    if before.command != after.command:
        found.append("its command changed")
    if before.snapshot != after.snapshot:
        found.append("its code changed")
    if digest(before.environment) != digest(after.environment):
        found.append(f"environment {_shown(before.environment)} became {_shown(after.environment)}")
    return found or ["its component changed"]


def _inputs(
    first: Graph, given_first: Mapping[str, Binding], second: Graph, given_second: Mapping[str, Binding], key: str
) -> list[str]:
    before, after = _resolved(first, given_first, key), _resolved(second, given_second, key)
    return [
        _became(name, before.get(name), after.get(name))
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    ]


def _resolved(graph: Graph, given: Mapping[str, Binding], key: str) -> dict[str, Binding]:
    try:
        return values.resolve_inputs(graph, key, given)
    except values.BadValue:  # such a pipeline was refused, or is not submitted yet
        return dict(graph.nodes[key].inputs)


def _became(name: str, before: Binding | None, after: Binding | None) -> str:
    what = "parameter" if isinstance(before or after, Value) else "input"
    if before is None:
        return f"{what} {name} is new: {_bound(after)}"
    if after is None:
        return f"{what} {name} is given no more (it was {_bound(before)})"
    if _bound(before) == _bound(after):
        return f"{what} {name} is read in another mode"
    return f"{what} {name} changed from {_bound(before)} to {_bound(after)}"


def _bound(binding: Binding | None) -> str:
    if isinstance(binding, Value):
        return _shown(binding.value)
    if isinstance(binding, FromNode):
        return f"{binding.output} of {binding.node}"
    return binding.path.removeprefix("azureml:") if isinstance(binding, FromData) else "nothing"


def _settings(before: Node, after: Node) -> list[str]:
    pairs = (
        ("compute", before.compute, after.compute),
        ("environment", before.environment, after.environment),
        ("environment variables", before.variables, after.variables),
        ("limits", before.limits, after.limits),
        ("attempts", before.attempts, after.attempts),
    )
    found = [f"{name} changed from {_shown(old)} to {_shown(new)}" for name, old, new in pairs if old != new]
    if set(before.run_after) != set(after.run_after):
        found.append("it waits for other steps")
    return found


def _name(component: Component) -> str:
    return component.reference or component.name or "of its own"


def _shown(value: object) -> str:
    text = str(value) if value not in (None, "", {}) else "nothing"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
