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
    if component.kind == ComponentKind.PARALLEL:
        return _parallel(component)
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
    words += ["--parameters /dev/stdin", '--error-file "$STUDIO_RUN_FILES/error.json"']
    return _with_text(words, parameters)


def _parallel(component: Component) -> str:
    """Return what takes the data of a step in mini-batches; the arguments of its script come last."""
    settings = dict(component.parallel)
    source, target = settings.pop("input_data", ""), settings.pop("append_row_to", "")
    arguments = " ".join(settings.pop("program_arguments", "").splitlines())
    settings["type"] = component.inputs[source].type
    words = ["python -m mlstudio.parallel", f"--input ${{{{inputs.{source}}}}}"]
    words += [f"--append-row ${{{{outputs.{target}}}}}"] if target else []
    return _with_text([*words, "--settings /dev/stdin --", arguments], settings)


def _with_text(words: list[str], value: Mapping[str, Any]) -> str:
    """Return a command that reads a value as JSON from its input."""
    # No dollar sign may stand in the text, or it could be taken for a place of the command.
    text = json.dumps(value, sort_keys=True).replace("$", "\\u0024")
    return f"{' '.join(words)} <<'JSON'\n{text}\nJSON"
