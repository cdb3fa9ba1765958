"""Documents run in this process, node by node, with the real components on folders; and what is then known of the run."""

import itertools
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from apps.designer.inference.graphs import Document
from apps.designer.inference.packages import GRAPH, Package, TableFacts
from apps.designer.inference.rules import builtin_of, is_data
from mlstudio.components.core import running, store
from mlstudio.components.core.declaring import TABLE
from mlstudio.components.core.schema import names, schema_to_json

Values = Mapping[str, Any]


class Run:
    """A run of a document below a folder. Paths of data are folders or files of this machine."""

    def __init__(self, document: Document, folder: Path, given: Values | None = None) -> None:
        self.document, self.folder = document, folder
        self._given = given or {}
        nodes: Mapping[str, Any] = document["nodes"]
        waiting = [key for key in nodes if not is_data(nodes[key])]
        while waiting:
            ready = [
                key
                for key in waiting
                if not {one.get("node") for one in nodes[key].get("inputs", {}).values()} & set(waiting)
            ]
            assert ready, "the document has a cycle"
            for key in ready:
                self._run(key, nodes[key])
                waiting.remove(key)

    def output(self, node: str, port: str) -> str:
        path = self.folder / node / port
        return str(path) if path.is_dir() and any(path.iterdir()) else ""

    def columns(self, node: str, port: str) -> list[str] | None:
        source = self.document["nodes"][node]
        folder = source["component"].removeprefix("data:") if is_data(source) else self.output(node, port)
        return names(self._table(folder).schema) if folder else None

    def table(self, node: str, port: str) -> Any:
        return self._table(self.output(node, port))

    def facts(self, node: str, port: str) -> TableFacts:
        table = self.table(node, port)
        return TableFacts(schema_to_json(table.schema) or [], table.frame.head(3).to_dicts())

    def _table(self, folder: str) -> Any:
        return store.read(TABLE, Path(folder))

    def _run(self, key: str, node: Values) -> None:
        component = builtin_of(node)
        assert component is not None, node["component"]
        ports = {port.name for port in component.inputs}
        inputs: dict[str, Path] = {}
        values: dict[str, Any] = {}
        for name, binding in node.get("inputs", {}).items():
            if name in ports:
                inputs[name] = Path(self._path(binding))
            else:
                values[name] = binding.get("value", self._given.get(binding.get("pipeline", "")))
        running.run(
            component.name, inputs, {port.name: self.folder / key / port.name for port in component.outputs}, values
        )

    def _path(self, binding: Values) -> str:
        if "pipeline" in binding:
            name = binding["pipeline"]
            return str(self._given.get(name, self.document["inputs"][name]["default"]))
        source = self.document["nodes"][binding["node"]]
        if is_data(source):
            return str(source["component"].removeprefix("data:"))
        return str(self.folder / binding["node"] / binding["output"])


def unpack(package: Package, folder: Path) -> Path:
    """Write a package as an endpoint gets it."""
    import json

    for name, path in package.data.items():
        shutil.copytree(path, folder / "data" / name)
    folder.mkdir(exist_ok=True)
    (folder / GRAPH).write_text(json.dumps(package.graph))
    return folder


class Drawing:
    """A document that is written down in few lines: ``draw.node("score_model", model="train.model", dataset="split.right")``."""

    def __init__(self) -> None:
        self.nodes: dict[str, dict[str, Any]] = {}
        self._count = itertools.count()

    def data(self, key: str, path: Path | str) -> None:
        place = [0, 120 * next(self._count)]
        self.nodes[key] = {"component": f"data:{path}", "type": "uri_folder", "position": place, "inputs": {}}

    def node(self, key: str, name: str, **inputs: Any) -> None:
        node: dict[str, Any] = {"component": f"builtin:{name}:1", "position": [0, 120 * next(self._count)]}
        self.nodes[key] = node
        component = builtin_of(node)
        assert component is not None
        ports = {port.name for port in component.inputs}
        node["inputs"] = {}
        for name_, given in inputs.items():
            if name_ in ports:
                source, _, output = given.partition(".")
                node["inputs"][name_] = {"node": source, "output": output or "data"}
            else:
                node["inputs"][name_] = {"value": given}

    @property
    def document(self) -> dict[str, Any]:
        return {"nodes": self.nodes, "inputs": {}, "outputs": {}, "settings": {}}
