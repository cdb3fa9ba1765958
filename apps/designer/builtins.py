"""Values of the built-in components' parameters: as documents have them, and as graphs do.

In a document the value of a column selector is an object or a list; in a graph, whose literals are plain, it is their JSON.
"""

import json
from typing import Any

from apps.pipelines.graph.builtins import SELECTORS, builtin_component, declared, selector_text
from mlstudio.components.core.declaring import Component as Declared

__all__ = ["builtin_component", "declared", "value_in_document", "value_in_graph"]


def value_in_graph(component: Declared, name: str, value: Any) -> Any:
    """Return the value of a parameter as a graph has it."""
    if isinstance(value, (dict, list)) and _is_selector(component, name):
        return selector_text(value)
    return value


def value_in_document(component: Declared, name: str, value: Any) -> Any:
    """Return the value of a parameter as a document has it; a selector that is written otherwise than we do stays a text."""
    if not isinstance(value, str) or value[:1] not in ("{", "[") or not _is_selector(component, name):
        return value
    try:
        found = json.loads(value)
    except ValueError:
        return value
    return found if selector_text(found) == value else value


def _is_selector(component: Declared, name: str) -> bool:
    return any(one.name == name and one.kind in SELECTORS for one in component.parameters)
