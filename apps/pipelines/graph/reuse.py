"""Whether a step would do again what one did before: the parts its result depends on, their key, and how two differ.

Parts: ``component`` (a digest of its kind and inputs), ``command``, ``code`` (``{path: sha256}``), ``parameters``
(``{name: value}``), ``inputs`` (``{name: fingerprint}``, in words: ``iris:2``), ``environment`` (``{package: version}``, or a
text that tells it from others), ``variables``, ``outputs`` (``{name: type}``) and, of parallel steps, ``parallel``.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from apps.pipelines.graph.codec import digest, digest_of_component
from apps.pipelines.graph.types import Binding, Component, InputPort, OutputSetting, Value

VERSION: Final = 1
"""Raised where keys of before shall not be found any more."""

LONGEST_SHOWN: Final = 80

MOST_SENTENCES: Final = 10
"""Of each kind: a code folder may have a thousand files."""


def parts_of(
    component: Component,
    inputs: Mapping[str, Binding],
    *,
    fingerprints: Mapping[str, str],
    environment: Mapping[str, str] | str = "",
    code: Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
    outputs: Mapping[str, OutputSetting] | None = None,
) -> dict[str, Any]:
    """Return what the result of a step depends on.

    Args: inputs: as ``values.resolve_inputs`` gives them. fingerprints: of every input that is data, in words that change where
        it does. environment: its packages by name, or its lock's digest; "" where the component names none. code: files by path.
        variables: of the node; those of the component stand behind. outputs: what the node says of them.
    Raises:
        KeyError: an input that is data has no fingerprint.
    """
    said = outputs or {}
    types = {name: (said[name].type if name in said else "") or port.type for name, port in component.outputs.items()}
    parts: dict[str, Any] = {
        "component": digest_of_component(_bare(component)),
        "command": component.command,
        "code": dict(code or {}),
        "parameters": {name: given.value for name, given in inputs.items() if isinstance(given, Value)},
        "inputs": {name: fingerprints[name] for name, given in inputs.items() if not isinstance(given, Value)},
        "environment": environment if isinstance(environment, str) else dict(environment),
        "variables": {**component.variables, **(variables or {})},
        "outputs": types,
        "parallel": component.parallel,
    }
    return {name: part for name, part in parts.items() if part not in ("", {})}


def key_of(parts: Mapping[str, Any], workspace_id: str) -> str:
    """Return the key of a step's result in a workspace: equal for equal parts, and for them alone."""
    return digest({"version": VERSION, "workspace": workspace_id, "parts": parts})


def difference(old: Mapping[str, Any], new: Mapping[str, Any], titles: Mapping[str, str] | None = None) -> list[str]:
    """Return in which parts a step differs from what ran before, in short sentences without an end; none where it does not.

    Args: titles: what people call parameters and inputs, by their names; of built-in components.
    """
    if old == new and digest(old) == digest(new):
        return []
    found: list[str] = []
    for name, describe in _DESCRIBE.items():
        before, after = old.get(name) or {}, new.get(name) or {}
        if digest(before) == digest(after):
            continue
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            sentences = []
            for key in _changed(before, after):
                title = (titles or {}).get(key, "") if name in ("parameters", "inputs") else ""
                say = _titled if title and name == "parameters" else describe
                sentences.append(say(title or key, before.get(key), after.get(key)))
            found += _shortened(sentences, name)
        else:
            found.append(_WHOLE[name])
    return found


def _bare(component: Component) -> Component:
    """Return what no other part says: defaults and ranges count as parameters do, by what comes of them."""
    return Component(
        kind=component.kind,
        name=component.name,
        reference=component.reference,
        inputs={name: InputPort(port.type, mode=port.mode) for name, port in component.inputs.items()},
    )


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    names = {*before, *after}
    return sorted(name for name in names if digest(before.get(name)) != digest(after.get(name)))


def _shortened(sentences: list[str], part: str) -> list[str]:
    rest = len(sentences) - MOST_SENTENCES
    return [*sentences[:MOST_SENTENCES], f"{rest} more changes of its {_MANY[part]}"] if rest > 1 else sentences


def _parameter(name: str, before: Any, after: Any) -> str:
    return _became(f"parameter {name}", before, after, "changed from {before} to {after}")


def _titled(title: str, before: Any, after: Any) -> str:
    """Say how a parameter with a title changed; of scripts and long texts only that they did."""
    shown = _chosen(before), _chosen(after)
    if any(value is not None and (len(str(value)) > LONGEST_SHOWN or "\n" in str(value)) for value in shown):
        return f"{title} changed"
    return _became(title, *shown, "changed from {before} to {after}")


def _chosen(value: Any) -> Any:
    """Return the columns that a selector names, as people would write them; any other value as it is."""
    if not isinstance(value, str) or not value.startswith('{"mode": "names"'):
        return value
    return ", ".join(map(str, json.loads(value)["names"])) or "no column"


def _input(name: str, before: Any, after: Any) -> str:
    return _became(f"input {name}", before, after, "{before} became {after}", colon=True)


def _file(name: str, before: Any, after: Any) -> str:
    verb = "was added" if before is None else "was removed" if after is None else "changed"
    return f"file {name} {verb}"


def _package(name: str, before: Any, after: Any) -> str:
    if before is None or after is None:
        return f"package {name} {after or before} was {'added' if before is None else 'removed'}"
    return f"package {name} {before} became {after}"


def _variable(name: str, before: Any, after: Any) -> str:
    return _became(f"environment variable {name}", before, after, "changed from {before} to {after}")


def _output(name: str, before: Any, after: Any) -> str:
    return _became(f"output {name}", before, after, "changed from {before} to {after}")


def _setting(name: str, before: Any, after: Any) -> str:
    return _became(f"setting {name} of its mini-batches", before, after, "changed from {before} to {after}")


def _became(what: str, before: Any, after: Any, change: str, *, colon: bool = False) -> str:
    if before is None:
        return f"{what} is new: {_shown(after)}"
    if after is None:
        return f"{what} is given no more (it was {_shown(before)})"
    return f"{what}{':' if colon else ''} {change.format(before=_shown(before), after=_shown(after))}"


def _shown(value: Any) -> str:
    text = str(value) if value != "" else "nothing"
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


_DESCRIBE: Final = {
    "parameters": _parameter,
    "inputs": _input,
    "code": _file,
    "command": _setting,
    "component": _setting,
    "environment": _package,
    "variables": _variable,
    "outputs": _output,
    "parallel": _setting,
}
_WHOLE: Final = {
    "component": "the component's inputs or kind changed",
    "command": "its command changed",
    "environment": "its environment changed",
}
_MANY: Final = {
    "parameters": "parameters",
    "inputs": "inputs",
    "code": "files",
    "environment": "packages",
    "variables": "environment variables",
    "outputs": "outputs",
    "parallel": "mini-batches",
}
