"""What can be wrong with a component by itself, and what its command asks for."""

import difflib
import re
from collections.abc import Collection, Iterator
from typing import Final

from apps.pipelines.graph.types import LITERAL_TYPES, Component, Fault, InputPort
from apps.pipelines.graph.values import BadValue, fitted

KINDS: Final = ("command", "parallel", "pipeline", "builtin")

MOST_NEAR: Final = 60

_KEY: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,254}")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}")
_PLACE: Final = re.compile(r"\$\{\{\s*(?P<kind>inputs|outputs)\.(?P<name>[A-Za-z0-9_.-]+)\s*\}\}")
_ANY_PLACE: Final = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)
_OPTIONAL: Final = re.compile(r"\$\[\[.*?\]\]", re.DOTALL)


def check_component(component: Component) -> list[Fault]:
    """Return all that is wrong with a component, but for the pipeline that one of kind ``pipeline`` is (``check.check``)."""
    return list(_faults(component))


def asked_for(component: Component) -> frozenset[str]:
    """Return the inputs that its command needs a value for: those that it names outside of ``$[[ ]]``."""
    text = _OPTIONAL.sub("", command_text(component))
    return frozenset(match["name"] for match in _PLACE.finditer(text) if match["kind"] == "inputs")


def command_text(component: Component) -> str:
    """Return what is rendered for it: its command, or the arguments of a parallel step's script."""
    return str(component.parallel.get("program_arguments") or "") if component.kind == "parallel" else component.command


def check_port(port: InputPort, name: str) -> Iterator[Fault]:
    """Say what is wrong with an input of a component or a pipeline."""
    field = f"inputs.{name}"
    yield from check_name(name, field)
    if not port.type:
        yield Fault("", field, "bad_type", f"Say of which type the input “{name}” is.")
    elif port.type in LITERAL_TYPES:
        yield from _check_literal(port, name)


def check_name(name: str, field: str) -> Iterator[Fault]:
    """Say whether a name can be one."""
    if not _NAME.fullmatch(name):
        message = f"“{name[:60]}” cannot be a name: use letters, digits and underscores, and begin with a letter."
        yield Fault("", field, "bad_name", message)


def check_key(key: str) -> Iterator[Fault]:
    """Say whether a step can be called so."""
    if not _KEY.fullmatch(key):
        message = f"“{key[:60]}” cannot be the name of a step: use letters, digits, underscores and hyphens."
        yield Fault(key, "", "bad_name", message)


def called(component: Component) -> str:
    """Return what to call a component at the beginning of a sentence."""
    name = component.reference or component.name
    return f"The component {name}" if name else "The step"


def near(name: str, known: Collection[str]) -> str:
    """Return a hint to what was probably meant, to be put behind a sentence. None among many names: that takes long."""
    if len(known) > MOST_NEAR:
        return ""
    found = difflib.get_close_matches(name, known, n=1)
    return f" Did you mean “{found[0]}”?" if found else ""


def _faults(component: Component) -> Iterator[Fault]:
    if component.kind not in KINDS:
        kinds = ", ".join(KINDS)
        yield Fault("", "kind", "bad_value", f"“{component.kind}” is no kind of component; there are: {kinds}.")
    for name, port in component.inputs.items():
        yield from check_port(port, name)
    for name, output in component.outputs.items():
        yield from check_name(name, f"outputs.{name}")
        if output.type in LITERAL_TYPES:
            message = f"The output “{name}” is a {output.type}; components leave files, so write a type of data."
            yield Fault("", f"outputs.{name}", "bad_type", message)
    if component.kind == "command" and not component.command.strip():
        yield Fault("", "command", "missing_command", "Say what to run, such as “python train.py”.")
    yield from _check_places(component)


def _check_literal(port: InputPort, name: str) -> Iterator[Fault]:
    field = f"inputs.{name}"
    low, high = port.minimum, port.maximum
    if (low is not None or high is not None) and port.type not in {"number", "integer"}:
        yield Fault(
            "", field, "bad_value", f"The input “{name}” is a {port.type}, which has no least or largest value."
        )
    elif low is not None and high is not None and low > high:
        yield Fault(
            "", field, "bad_value", f"The least value of the input “{name}”, {low}, is more than its largest, {high}."
        )
    bare = InputPort(port.type)
    for allowed in port.enum:
        try:
            fitted(bare, allowed)
        except BadValue as error:
            yield Fault("", field, error.code, f"One of the values that the input “{name}” may have: {error}.")
            return
    if port.default is not None:
        try:
            fitted(port, port.default)
        except BadValue as error:
            yield Fault("", field, error.code, f"The default of the input “{name}”: {error}.")


def _check_places(component: Component) -> Iterator[Fault]:
    field = "parallel.program_arguments" if component.kind == "parallel" else "command"
    seen: set[str] = set()
    for match in _ANY_PLACE.finditer(command_text(component)):
        if match[0] in seen:
            continue
        seen.add(match[0])
        place = _PLACE.fullmatch(match[0])
        if place is None:
            message = f"“{match[0][:80]}” means nothing here; use ${{{{inputs.NAME}}}} or ${{{{outputs.NAME}}}}."
            yield Fault("", field, "unknown_input", message)
            continue
        kind, name = place["kind"], place["name"]
        known = component.inputs if kind == "inputs" else component.outputs
        if name not in known:
            noun = kind.removesuffix("s")
            message = (
                f"The command uses “{match[0][:80]}”, but the component has no {noun} “{name[:60]}”.{near(name, known)}"
            )
            yield Fault("", field, f"unknown_{noun}", message)
