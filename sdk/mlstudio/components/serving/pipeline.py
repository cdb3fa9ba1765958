"""A pipeline that is loaded once and scores many requests, passing tables from node to node."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlstudio.components.catalog import get
from mlstudio.components.core import store
from mlstudio.components.core.checking import checked
from mlstudio.components.core.declaring import Component
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import pl
from mlstudio.components.core.schema import Schema, schema_from_json
from mlstudio.components.core.table import Table
from mlstudio.components.core.values import Transformation
from mlstudio.components.serving import rows
from mlstudio.components.transform.missing import DROP_ROW
from mlstudio.serving.bodies import BadInput, parse

logger = logging.getLogger(__name__)

GRAPH, DATA, FORMAT = "graph.json", "data", 1
INPUTS, PARAMETERS, RESULTS, WARNINGS = "Inputs", "GlobalParameters", "Results", "Warnings"
INPUT_PORT = "data"
UNFIT = 422


@dataclass(frozen=True)
class Node:
    """A node, ready to run. ``sources``: by input port, the output that it reads; ``constants``: what never changes of that."""

    key: str
    title: str
    component: Component
    values: Mapping[str, Any]
    sources: Mapping[str, tuple[str, str]]
    constants: Mapping[str, Any]


@dataclass(frozen=True)
class Entry:
    """Where rows of requests enter. ``labels``: columns that need not be given."""

    node: str
    columns: Schema
    labels: frozenset[str]


class ScoringPipeline:
    """An inference pipeline.

    Args: folder: of the package, or the one that holds it.
    Raises: ComponentError: a node cannot be made ready. ValueError: it is no package, or one of another version.
    """

    def __init__(self, folder: Path | str) -> None:
        root = _root(Path(folder))
        self.graph: dict[str, Any] = json.loads((root / GRAPH).read_text("utf-8"))
        if self.graph.get("format") != FORMAT:
            raise ValueError(f"This package has the format {self.graph.get('format')}; this studio reads {FORMAT}.")
        self.entries = {
            name: Entry(said["node"], schema_from_json(said["columns"]) or (), frozenset(said.get("labels", ())))
            for name, said in self.graph["inputs"].items()
        }
        self._labels = frozenset(label for entry in self.entries.values() for label in entry.labels)
        self.nodes: list[Node] = []
        self._load(root)

    def run(self, text: str) -> dict[str, Any]:
        """Score the body of a request, as text.

        Raises: BadInput: it is not as it should be, or its rows cannot be scored; the message says what to send instead.
        """
        return self.score(parse(text.encode()))

    def score(self, body: Any) -> dict[str, Any]:
        """Score a request: ``{"Inputs": {"WebServiceInput0": [{column: value}]}, "GlobalParameters": {}}``.

        Returns: ``{"Results": {"WebServiceOutput0": [{column: value}]}}``; ``Warnings`` name columns that nobody knows.
        Raises: BadInput: see ``run``.
        """
        given = self._inputs(body)
        warnings: list[str] = []
        found: dict[tuple[str, str], Any] = {}
        unasked: set[str] = set()
        for name, entry in self.entries.items():
            try:
                read = rows.table_of(given[name], entry.columns, entry.labels, name)
            except ComponentError as error:
                raise BadInput(str(error), UNFIT) from None
            found[entry.node, INPUT_PORT] = read.table
            unasked |= read.left_out
            warnings += read.warnings
        self._pass_on(found)
        results = {
            name: rows.records_of(found[said["node"], said["output"]], unasked)
            for name, said in self.graph["outputs"].items()
        }
        return {RESULTS: results, WARNINGS: warnings} if warnings else {RESULTS: results}

    def service_schema(self) -> dict[str, Any]:
        """Return what requests and answers look like: ``input`` and ``output``, JSON schemas with examples."""
        sample = {name: said.get("sample") or [] for name, said in self.graph["inputs"].items()}
        inputs = {name: rows.json_schema(entry.columns, entry.labels) for name, entry in self.entries.items()}
        results = {
            name: rows.json_schema(schema_from_json(said.get("columns") or []) or (), frozenset())
            for name, said in self.graph["outputs"].items()
        }
        parameters: dict[str, Any] = {"type": "object", "properties": {}}
        told = {INPUTS: _object(inputs), PARAMETERS: parameters}
        return {
            "input": {**_object(told, INPUTS), "example": {INPUTS: sample, PARAMETERS: {}}},
            "output": _object({RESULTS: _object(results)}),
        }

    # --- A request ---

    def _inputs(self, body: Any) -> dict[str, Any]:
        names = ", ".join(f"“{name}”" for name in self.entries)
        if not isinstance(body, dict) or not isinstance(body.get(INPUTS), dict):
            raise BadInput(f"The body must be an object with “{INPUTS}”, an object with {names}, each a list of rows.")
        if parameters := body.get(PARAMETERS):
            first = next(iter(parameters)) if isinstance(parameters, dict) else str(parameters)[:60]
            raise BadInput(f"There is no global parameter “{first}”. Leave “{PARAMETERS}” empty.")
        given: dict[str, Any] = body[INPUTS]
        for name in self.entries:
            if name not in given:
                raise BadInput(f"“{INPUTS}” has no “{name}”. It takes {names}.")
        for name in given:
            if name not in self.entries:
                raise BadInput(f"There is no input “{name[:60]}”. “{INPUTS}” takes {names}.")
        return given

    def _pass_on(self, found: dict[tuple[str, str], Any]) -> None:
        for node in self.nodes:
            inputs = {**node.constants, **{port: found[source] for port, source in node.sources.items()}}
            try:
                left = node.component.run(inputs, node.values)
                _check_rows(inputs, left)
            except ComponentError as error:
                if error.__cause__ is not None:
                    logger.error("What happened in %s:", node.title, exc_info=error.__cause__)
                raise BadInput(f"{node.title}: {error}", UNFIT) from None
            for port, value in left.items():
                found[node.key, port] = value

    # --- Loading ---

    def _load(self, root: Path) -> None:
        """Make every node ready. What no request can change is computed now, once."""
        constants: dict[tuple[str, str], Any] = {}
        moving = {entry.node for entry in self.entries.values()}
        for said in self.graph["nodes"]:
            component = get(said["component"])
            if said["version"] != component.version:
                message = (
                    f"{said['title']} was packed as version {said['version']}; this studio has {component.version}."
                )
                raise ValueError(f"{message} Deploy the pipeline again.")
            types = {port.name: port.type for port in component.inputs}
            sources: dict[str, tuple[str, str]] = {}
            still: dict[str, Any] = {}
            for port, one in said["inputs"].items():
                if "data" in one:
                    where = f"“{one['data']}”"
                    still[port] = self._without_labels(store.read(types[port], root / DATA / one["data"], where))
                elif one["node"] in moving:
                    sources[port] = (one["node"], one["output"])
                else:
                    still[port] = constants[one["node"], one["output"]]
            node = Node(said["key"], said["title"], component, checked(component, said["parameters"]), sources, still)
            if sources:
                moving.add(node.key)
                self.nodes.append(node)
            else:
                left = component.run(still, node.values)
                constants |= {(node.key, port): value for port, value in left.items()}

    def _without_labels(self, value: Any) -> Any:
        """Have rows cleaned as in training, but not for a label that is missing: new data has none."""
        if not isinstance(value, Transformation) or value.kind != "clean":
            return value
        columns = [name for name in value.facts["columns"] if name not in self._labels]
        return Transformation(value.kind, {**value.facts, "columns": columns})


def _root(folder: Path) -> Path:
    for found in (folder, *sorted(path.parent for path in folder.glob(f"*/{GRAPH}"))):
        if (found / GRAPH).is_file():
            return found
    raise ValueError(f"There is no {GRAPH} in {folder.name}.")


def _check_rows(inputs: Mapping[str, Any], left: Mapping[str, Any]) -> None:
    """Name the value for whose lack a row was removed, where training removed such rows: each row shall have its answer.

    Raises: ComponentError: there is one.
    """
    learned = inputs.get("transformation")
    if not isinstance(learned, Transformation) or learned.kind != "clean" or learned.facts["mode"] != DROP_ROW:
        return
    table: Table = inputs["dataset"]
    if left["transformed"].height == table.height:
        return
    for name in learned.facts["columns"]:
        missing = table.frame.get_column(name).is_null() if name in table.frame.columns else pl.Series([False])
        if missing.any():
            message = f"Row {missing.arg_true()[0]} has no value in the column “{name}”."
            raise ComponentError(18, message, "Give one: rows without it were left out of the training.")


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required or properties)}
