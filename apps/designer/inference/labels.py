"""Which columns a model was trained to predict, and pipelines that do without them. Knows nothing of Django."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.designer.inference import rules
from apps.designer.inference.rules import builtin_of, parameter_of
from mlstudio.components.core.declaring import Component
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.selecting import is_empty, names_in, parsed

Nodes = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Without:
    """A node without the label: with other inputs, or, where they are None, gone: ``source`` takes the place of ``output``."""

    inputs: dict[str, Any] | None = None
    source: str = ""
    output: str = ""


def labels_of(nodes: Nodes, scorer: str) -> list[str]:
    """Return the names that the label of a scorer's model has on its way from the data to the training."""
    model = (nodes[scorer].get("inputs") or {}).get("model", {}).get("node", "")
    found = dict.fromkeys(_named(nodes[model])) if model in nodes else {}
    renamed = _renamed(nodes)
    for name in list(found):
        while name in renamed and renamed[name] not in found:
            name = renamed[name]
            found[name] = None
    return list(found)


def named_labels(nodes: Nodes) -> set[str]:
    """Return every column that some node of a pipeline takes for the label."""
    return {name for node in nodes.values() for name in _named(node)}


def without(component: Component, node: Mapping[str, Any], hidden: list[str]) -> Without | None:
    """Return a node whose selections do not name the label; None where they do not name it anyway."""
    inputs = dict(node.get("inputs") or {})
    changed = False
    for parameter in rules.selectors_of(component):
        given = inputs.get(parameter.name, {})
        if "value" not in given:
            continue
        try:
            selector = parsed(given["value"])
        except ComponentError:
            continue
        if not set(names_in(selector)) & set(hidden):
            continue
        fewer = _fewer(selector, hidden)
        if is_empty(fewer) or fewer == selector:
            tables_in, tables_out = rules.tables_in(component), rules.tables_out(component)
            if fewer == selector or len(tables_in) != 1 or len(tables_out) != 1:
                continue
            return Without(None, tables_in[0], tables_out[0])
        inputs[parameter.name] = {"value": fewer}
        changed = True
        if component.name == "edit_metadata" and (titles := _titles(node)):
            pairs = zip(names_in(selector), titles, strict=False)
            inputs["new_names"] = {"value": ", ".join(title for name, title in pairs if name not in hidden)}
    return Without(inputs) if changed else None


def _named(node: Mapping[str, Any]) -> list[str]:
    component = builtin_of(node)
    if component is None or not any(one.name == "label" and one.kind == "column" for one in component.parameters):
        return []
    try:
        return names_in(parameter_of(node, "label"))
    except ComponentError:
        return []


def _fewer(selector: dict[str, Any], hidden: list[str]) -> dict[str, Any]:
    """Return a selector that includes the hidden columns by no name. That it excludes some by name does no harm."""
    if selector["mode"] == "names":
        return {**selector, "names": [name for name in selector["names"] if name not in hidden]}
    kept = []
    for rule in selector["rules"]:
        if rule["by"] == "names" and rule["action"] == "include":
            rule = {**rule, "values": [name for name in rule["values"] if name not in hidden]}
            if not rule["values"]:
                continue
        kept.append(rule)
    return {**selector, "rules": kept}


def _renamed(nodes: Nodes) -> dict[str, str]:
    """Return what columns were called before Edit Metadata, by their new names."""
    found: dict[str, str] = {}
    for node in nodes.values():
        component = builtin_of(node)
        if component is not None and component.name == "edit_metadata" and (titles := _titles(node)):
            try:
                names = names_in(parameter_of(node, "columns"))
            except ComponentError:
                continue
            if len(names) == len(titles):
                found |= dict(zip(titles, names, strict=True))
    return found


def _titles(node: Mapping[str, Any]) -> list[str]:
    return [one.strip() for one in str(parameter_of(node, "new_names") or "").split(",") if one.strip()]
