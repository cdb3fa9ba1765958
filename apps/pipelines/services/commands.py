"""The command line that carries out a component."""

import json
from collections.abc import Mapping
from typing import Any

from apps.pipelines.graph.types import Component
from apps.pipelines.states import ComponentKind
from mlstudio import __version__


def command_of(component: Component, inputs: Mapping[str, Mapping[str, Any]]) -> str:
    """Return what a machine runs for a component that is no pipeline, with ``${{inputs.x}}`` and ``${{outputs.y}}`` in it.

    Args: inputs: of the step, by name: literals with ``value``, data without.
    """
    if component.kind == ComponentKind.BUILTIN:
        return _builtin(component, inputs)
    return component.command


def builtin_text(component: Component) -> str:
    """Return what tells a built-in component from all others, also from what it was in another version of the studio."""
    return f"{component.name} of {__version__}"


def _builtin(component: Component, inputs: Mapping[str, Mapping[str, Any]]) -> str:
    data = [name for name, given in inputs.items() if "value" not in given]
    parameters = {name: given["value"] for name, given in inputs.items() if given.get("value") is not None}
    words = ["python -m mlstudio.components run", component.name]
    words += [f"--input {name}=${{{{inputs.{name}}}}}" for name in data]
    words += [f"--output {name}=${{{{outputs.{name}}}}}" for name in component.outputs]
    # No dollar sign may stand in the text, or it could be taken for a place of the command.
    text = json.dumps(parameters, sort_keys=True).replace("$", "\\u0024")
    return f"{' '.join(words)} --parameters /dev/stdin <<'PARAMETERS'\n{text}\nPARAMETERS"
