"""The components that come with the studio, as components of graphs.

Reads their declarations (``mlstudio.components``), which takes the standard library alone.
"""

import json
import re
from functools import cache
from typing import Any, Final

from apps.pipelines.graph.codec import digest_of_component
from apps.pipelines.graph.types import Component, InputPort, OutputPort
from mlstudio.components import catalog
from mlstudio.components.core.declaring import Component as Declared
from mlstudio.components.core.declaring import Parameter

PREFIX: Final = "builtin:"
ENVIRONMENT: Final = "designer"
"""The curated environment that all of them run in, where a node says nothing else."""

SELECTORS: Final = frozenset({"columns", "column"})
"""Kinds of parameters whose values may be more than a text, and stand in graphs as JSON."""

_TYPES: Final = {"int": "integer", "float": "number", "bool": "boolean"}
_REFERENCE: Final = re.compile(r"(?:azureml:)?builtin:(?P<name>[a-z0-9_]+)(?:[:@][A-Za-z0-9._-]+)?")


def builtin_component(reference: str) -> Component | None:
    """Return a component by its reference (``builtin:split_data:1``, or without the version); None where there is none.

    There is one version of each: what was drawn with an earlier one becomes what it is now.
    """
    found = declared(reference)
    return _component(found.name) if found else None


def declared(reference: str) -> Declared | None:
    """Return the declaration that a reference means; None where there is none."""
    match = _REFERENCE.fullmatch(reference)
    return catalog.components().get(match["name"]) if match else None


def parameter_titles(reference: str) -> dict[str, str]:
    """Return what people call the parameters and inputs of a component, by their names; empty for others than built-in ones."""
    found = declared(reference)
    if found is None:
        return {}
    return {port.name: port.title for port in found.inputs} | {one.name: one.title for one in found.parameters}


def selector_text(value: Any) -> str:
    """Return the value of a column selector as it stands in graphs."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


@cache
def _component(name: str) -> Component:
    found = catalog.get(name)
    ports = {port.name: InputPort(port.type, port.optional, description=port.title) for port in found.inputs}
    made = Component(
        kind="builtin",
        name=found.name,
        reference=f"{PREFIX}{found.name}:{found.version}",
        display_name=found.title,
        description=found.help,
        inputs={**ports, **{parameter.name: _literal(parameter) for parameter in found.parameters}},
        outputs={port.name: OutputPort(port.type, port.title) for port in found.outputs},
        environment=ENVIRONMENT,
    )
    return Component(**{**made.__dict__, "digest": digest_of_component(made)})


def _literal(parameter: Parameter) -> InputPort:
    """Return a parameter as an input. What means nothing beside the values of others need not be given."""
    default = parameter.default
    is_selector = parameter.kind in SELECTORS and default is not None and not isinstance(default, str)
    return InputPort(
        _TYPES.get(parameter.kind, "string"),
        optional=bool(parameter.when) or not parameter.required or default is not None,
        default=selector_text(default) if is_selector else default,
        minimum=parameter.minimum if parameter.kind in _TYPES else None,
        maximum=parameter.maximum if parameter.kind in _TYPES else None,
        enum=parameter.choices,
        description=parameter.title,
    )
