"""A component's declaration as JSON, for palettes and forms."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from mlstudio.components.core.declaring import Component, Parameter, Port


def declaration(component: Component) -> dict[str, Any]:
    """Return all that can be known of a component without running it."""
    return {
        "name": component.name,
        "version": component.version,
        "title": component.title,
        "category": component.category,
        "help": component.help,
        "inputs": [_port(port) for port in component.inputs],
        "outputs": [_port(port) for port in component.outputs],
        "parameters": [_parameter(parameter) for parameter in component.parameters],
    }


def _port(port: Port) -> dict[str, Any]:
    return {"name": port.name, "title": port.title, "type": port.type, "optional": port.optional}


def _parameter(parameter: Parameter) -> dict[str, Any]:
    """What says nothing is left out; ``when`` is ``{"all": true, "of": [{"parameter", "values"}, …]}``."""
    found = {
        field.name: getattr(parameter, field.name)
        for field in fields(parameter)
        if field.name not in ("when", "either")
    }
    shown = {name: value for name, value in found.items() if value not in (None, "", ())}
    shown["default"] = parameter.default
    if parameter.choices:
        shown["choices"] = list(parameter.choices)
    if parameter.when:
        of = [{"parameter": name, "values": list(values)} for name, values in parameter.when]
        shown["when"] = {"all": not parameter.either, "of": of}
    return shown
