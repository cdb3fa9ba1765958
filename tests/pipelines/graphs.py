"""Graphs for tests: by hand, and any that can be (hypothesis)."""

import itertools
from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import strategies as st

from apps.pipelines.graph.codec import component_to_json, digest
from apps.pipelines.graph.expansion import as_component
from apps.pipelines.graph.types import (
    Binding,
    Component,
    FromData,
    FromNode,
    FromPipeline,
    Graph,
    GraphOutput,
    InputPort,
    Node,
    OutputPort,
    OutputSetting,
    Settings,
    Value,
)

NAMES = ("clean", "train", "test", "score", "report", "join", "split", "merge")
LITERALS: dict[str, Any] = {"string": "gini", "integer": 3, "number": 0.5, "boolean": True}


def component(
    inputs: dict[str, InputPort] | None = None, outputs: tuple[str, ...] = ("out",), **said: Any
) -> Component:
    """Return a command that uses everything it has."""
    ports = inputs or {}
    words = [f"${{{{inputs.{name}}}}}" for name, port in ports.items() if not port.optional]
    words += [f"$[[${{{{inputs.{name}}}}}]]" for name, port in ports.items() if port.optional]
    words += [f"${{{{outputs.{name}}}}}" for name in outputs]
    said.setdefault("command", " ".join(["python run.py", *words]))
    return Component("command", inputs=ports, outputs={name: OutputPort() for name in outputs}, **said)


def chain(*keys: str, **said: Any) -> Graph:
    """Return steps that each read the one before."""
    work = component({"data": InputPort("uri_folder", optional=True), "depth": InputPort("integer", default=3)})
    work = replace(
        work, command="python run.py --depth ${{inputs.depth}} $[[--data ${{inputs.data}}]] ${{outputs.out}}"
    )
    nodes = {keys[0]: Node("work")}
    for before, key in itertools.pairwise(keys):
        nodes[key] = Node("work", inputs={"data": FromNode(before, "out")})
    return Graph(nodes=nodes, components={"work": work}, **said)


def from_edges(edges: list[tuple[str, str]], keys: tuple[str, ...] = ()) -> Graph:
    """Return a graph in which the second of each pair runs after the first."""
    named = dict.fromkeys((*keys, *itertools.chain.from_iterable(edges)))
    nodes = {key: Node("work", run_after=tuple(before for before, after in edges if after == key)) for key in named}
    return Graph(nodes=nodes, components={"work": component()})


def same(one: Graph, other: Graph) -> bool:
    """Return whether two graphs are the same but for the keys of their components, which only they know."""
    return bool(_plain(one) == _plain(other))


def _plain(graph: Graph) -> Any:
    parts = {key: _plain_component(found) for key, found in graph.components.items()}
    nodes = sorted((key, repr(replace(node, component=parts[node.component]))) for key, node in graph.nodes.items())
    return nodes, graph.inputs, graph.outputs, graph.settings, graph.display_name, graph.description


def _plain_component(found: Component) -> str:
    bare = component_to_json(replace(found, digest="", graph=None))
    return digest(bare) + (repr(_plain(found.graph)) if found.graph else "")


# --- Any graph: of a number, since drawing each part by itself takes a hundred times as long ---

WORDS = ("", "", "Fits trees.", "größer “als”", "a: b # c", "- x\n- y", "null", "3", "${x}", "'\"", " padded ", "日本")


def graphs(depth: int = 1) -> st.SearchStrategy[Graph]:
    """Any graph without a cycle whose connections fit; inputs that need something may have nothing."""
    return st.integers(0, 2**32).map(lambda seed: _Maker(Random(seed)).graph(depth))


class _Maker:
    def __init__(self, random: Random) -> None:
        self._random = random
        self._pick = random.choice

    def graph(self, depth: int) -> Graph:
        """Return a graph with pipelines in it, at most ``depth`` deep."""
        found = {f"c{number}": self._component(depth) for number in range(self._random.randint(1, 3))}
        inputs = {f"p_{number}": self._port() for number in range(self._random.randint(0, 3))}
        nodes: dict[str, Node] = {}
        for key in self._random.sample(NAMES, self._random.randint(1, 5)):
            nodes[key] = self._node(found, inputs, nodes)
        used = {node.component for node in nodes.values()}
        sources = [(key, name) for key, node in nodes.items() for name in found[node.component].outputs]
        outputs = {
            f"o_{number}": GraphOutput(*self._pick(sources), self._setting(), self._pick(WORDS))
            for number in range(self._random.randint(0, 2) if sources else 0)
        }
        parts = {key: part for key, part in found.items() if key in used}
        said = (self._pick(WORDS), self._pick(WORDS))
        return Graph(nodes, parts, inputs, outputs, self._settings(), *said)

    def _port(self) -> InputPort:
        kind = self._pick((*LITERALS, "uri_folder", "uri_file"))
        optional, words = self._maybe(), self._pick(WORDS)
        if kind not in LITERALS:
            return InputPort(kind, optional, description=words, mode=self._mode())
        low, high = (1, 9) if kind == "integer" and self._maybe() else (None, None)
        enum = ("gini", "entropy") if kind == "string" and self._maybe() else ()
        return InputPort(kind, optional, self._pick((None, LITERALS[kind])), low, high, enum, words)

    def _component(self, depth: int) -> Component:
        said: dict[str, Any] = {
            "name": self._pick(("", *NAMES)),
            "display_name": self._pick(WORDS),
            "description": self._pick(WORDS),
        }
        if depth and self._random.random() < 0.3:
            inner = replace(self.graph(depth - 1), display_name="", description="")
            return as_component(inner, Component("pipeline", **said))
        inputs = {f"in_{number}": self._port() for number in range(self._random.randint(0, 3))}
        if self._maybe():  # so that it can be written as the step that uses it
            said, inputs = {}, {name: InputPort(port.type) for name, port in inputs.items()}
        outputs = tuple(f"out_{number}" for number in range(self._random.randint(0, 2)))
        made = component(
            inputs,
            outputs,
            variables=self._pick(({}, {"A": self._pick(WORDS)})),
            limits=self._pick(({}, {"timeout": 60})),
            is_deterministic=self._maybe(),
            environment=self._pick(
                (None, "azureml:sklearn:1", {"image": "x", "conda_file": {"dependencies": ["pip"]}})
            ),
            snapshot=self._pick(("", "0190-1", "0190-2")),
            **said,
        )
        if not outputs or not inputs or self._random.random() > 0.3:
            return made
        task = {"entry_script": "score.py", "input_data": "in_0", "append_row_to": "out_0", "mini_batch_size": "10"}
        more: dict[str, Any] = self._pick(({}, {"instance_count": 2, "max_retries": 1, "partition_keys": ["a"]}))
        return replace(made, kind="parallel", command="", parallel={**task, **more})

    def _node(self, found: dict[str, Component], inputs: dict[str, InputPort], before: dict[str, Node]) -> Node:
        key = self._pick(sorted(found))
        given = {name: self._binding(port, found, inputs, before) for name, port in found[key].inputs.items()}
        settings = {name: self._setting() for name in found[key].outputs}
        return Node(
            component=key,
            inputs={name: binding for name, binding in given.items() if binding is not None},
            outputs={name: setting for name, setting in settings.items() if setting != OutputSetting()},
            display_name=self._pick(WORDS),
            compute=self._pick(("", "local")),
            environment=self._pick((None, None, "azureml:torch@latest")),
            variables=self._pick(({}, {"B": self._pick(WORDS)})),
            limits=self._pick(({}, {"timeout": 5})),
            run_after=(self._pick(sorted(before)),) if before and self._maybe() else (),
            force_rerun=self._maybe(),
            attempts=self._random.randint(1, 3),
            comment=self._pick(WORDS),
            position=self._pick((None, (1, -2.5))),
            extras=self._pick(({}, {"services": {"my": {"type": "ssh"}}})),
        )

    def _binding(
        self, port: InputPort, found: dict[str, Component], inputs: dict[str, InputPort], before: dict[str, Node]
    ) -> Binding | None:
        choices: list[Binding | None] = [None] if port.optional or port.default is not None else []
        mode = "" if port.is_literal else self._mode()
        choices += [FromPipeline(name, mode) for name, given in inputs.items() if _may_take(port, given)]
        if port.is_literal:
            return self._pick([*choices, Value(LITERALS[port.type])])
        choices.append(FromData("azureml:iris:2", port.type, mode))
        for key, node in before.items():
            outputs = found[node.component].outputs
            choices += [FromNode(key, name, mode) for name, output in outputs.items() if output.type == port.type]
        return self._pick(choices)

    def _setting(self) -> OutputSetting:
        return OutputSetting(mode=self._pick(("", "upload")), name=self._pick(("", "churn")))

    def _settings(self) -> Settings:
        return Settings(self._pick(("", "local")), self._pick(("", "main")), self._maybe(), self._maybe())

    def _mode(self) -> str:
        return self._pick(("", "download", "ro_mount"))

    def _maybe(self) -> bool:
        return self._random.random() < 0.5


def _may_take(port: InputPort, given: InputPort) -> bool:
    """Whether an input always gets something where it needs it from one of the pipeline's."""
    may_miss = port.optional or port.default is not None
    return port.type == given.type and (may_miss or not given.optional or given.default is not None)
