"""Documents written in a few lines: nodes one after the other, each with what flows into it."""

from typing import Any

from apps.designer.document import BUILTIN, DATA, DATA_OUTPUT, Document
from apps.designer.placing import placed
from apps.pipelines.graph.builtins import builtin_component

Source = tuple[str, str]


class Drawing:
    """A document that grows."""

    def __init__(self) -> None:
        self._nodes: dict[str, dict[str, Any]] = {}

    def data(self, name: str) -> Source:
        """Add a dataset of the sample; what it is called in a workspace is filled in when it is opened."""
        self._nodes[name] = {"component": f"{DATA}{name}", "type": "uri_folder"}
        return name, DATA_OUTPUT

    def add(self, component: str, key: str = "", comment: str = "", **inputs: Any) -> str:
        """Add a node and return its key. Args: inputs: outputs of others as ``of`` gives them; parameters as values."""
        found = builtin_component(BUILTIN + component)
        assert found is not None, component
        key = key or component
        given = {}
        for name, value in inputs.items():
            port = found.inputs[name]
            given[name] = {"value": value} if port.is_literal else {"node": value[0], "output": value[1]}
        self._nodes[key] = {"component": found.reference, "inputs": given, **({"comment": comment} if comment else {})}
        return key

    def of(self, key: str, output: str) -> Source:
        """Return an output of a node."""
        return key, output

    def document(self) -> Document:
        """Return what was drawn, each node in its place."""
        return {"nodes": placed(self._nodes)}


def all_but(*columns: str) -> dict[str, Any]:
    """Return the selector of all columns but some."""
    rule = {"action": "exclude", "by": "names", "values": list(columns)}
    return {"mode": "rules", "begin": "all", "rules": [rule], "keep_order": False}
