"""What callers give for the inputs of a pipeline, as bindings: by a form, or by the body of a call as Azure ML v1 has it.

Whether what was given is enough, and whether the data is there, is checked when the pipeline is submitted.
"""

import difflib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.pipelines.graph.types import Binding, FromData, Graph, InputPort, Value
from apps.pipelines.graph.values import fitted

PARAMETERS: Final = "ParameterAssignments"
DATASETS: Final = "DataSetDefinitionValueAssignments"
PATHS: Final = "DataPathAssignments"


@dataclass(frozen=True)
class Parameter:
    """An input of a published pipeline. ``default``: what it is unless a caller says otherwise; None: nothing."""

    name: str
    port: InputPort
    default: Binding | None

    @property
    def is_required(self) -> bool:
        """Whether each call must say what it is."""
        return self.default is None and not self.port.optional

    @property
    def default_text(self) -> str:
        """The default as people write it."""
        if isinstance(self.default, FromData):
            return self.default.path
        value = self.default.value if isinstance(self.default, Value) else None
        return "" if value is None else text_of(value)


def parameters_of(graph: Graph, given: Mapping[str, Binding]) -> list[Parameter]:
    """Return the inputs of a pipeline, in its order, with what they are unless said otherwise."""
    found = []
    for name, port in graph.inputs.items():
        default = given.get(name)
        if default is None and port.default is not None:
            default = Value(port.default) if port.is_literal else FromData(str(port.default), port.type, port.mode)
        found.append(Parameter(name, port, default))
    return found


def text_of(value: Any) -> str:
    """Return a literal as a form shows it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def binding_of(port: InputPort, given: Any) -> Binding:
    """Return what somebody gives for an input: a value, also as a text, or where data is.

    Raises:
        ValueError: it does not fit; the message says why.
    """
    if port.is_literal:
        return Value(fitted(port, given))
    if isinstance(given, str) and given.strip():
        return FromData(given.strip(), port.type, port.mode)
    raise ValueError(_("It is data: write where it is, such as azureml:iris:2."))


def read_assignments(
    graph: Graph, body: Mapping[str, Any], path_of_dataset: Callable[[str, str], str]
) -> tuple[dict[str, Binding], dict[str, str]]:
    """Read what a call gives for the inputs of a pipeline.

    Args: body: with ``ParameterAssignments`` (values by name), ``DataSetDefinitionValueAssignments``
        (``{name: {"SavedDataSetReference": {"Id": …}}}``) and ``DataPathAssignments``
        (``{name: {"DataStoreName": …, "RelativePath": …}}``). path_of_dataset: ``(id or name, version)`` → path of data;
        raises ValueError with a sentence where there is no such dataset.

    Returns: the bindings, and where in the body each was said.

    Raises:
        InvalidInput: something means nothing, at ``ParameterAssignments.depth``.
    """
    readers: dict[str, Callable[[InputPort, Any], Binding]] = {
        PARAMETERS: binding_of,
        DATASETS: lambda port, given: _dataset(port, given, path_of_dataset),
        PATHS: _data_path,
    }
    found: dict[str, Binding] = {}
    places: dict[str, str] = {}
    errors: dict[str, list[str]] = {}
    for key, reader in readers.items():
        given = body.get(key) or {}
        if not isinstance(given, dict):
            errors[key] = [_("It is a mapping from names of parameters to values.")]
            continue
        for name, value in given.items():
            place = f"{key}.{name}"
            if name not in graph.inputs:
                errors[place] = [_unknown(name, graph)]
                continue
            try:
                found[name], places[name] = reader(graph.inputs[name], value), place
            except ValueError as error:
                errors[place] = [f"{name}: {str(error).rstrip('.')}."]
    if errors:
        raise InvalidInput(errors)
    return found, places


def _dataset(port: InputPort, given: Any, path_of_dataset: Callable[[str, str], str]) -> Binding:
    _must_be_data(port)
    for kind in ("SavedDataSetReference", "RegisteredDataSetReference"):
        reference = given.get(kind) if isinstance(given, dict) else None
        if isinstance(reference, dict):
            name = reference.get("Id") or reference.get("Name")
            version = reference.get("Version")
            if isinstance(name, str) and name:
                return FromData(path_of_dataset(name, str(version or "")), port.type, port.mode)
    raise ValueError(_('It is of the form {"SavedDataSetReference": {"Id": "…"}}.'))


def _data_path(port: InputPort, given: Any) -> Binding:
    _must_be_data(port)
    store = given.get("DataStoreName") if isinstance(given, dict) else None
    path = given.get("RelativePath", "") if isinstance(given, dict) else None
    if not isinstance(store, str) or not store or not isinstance(path, str):
        raise ValueError(_('It is of the form {"DataStoreName": "…", "RelativePath": "…"}.'))
    return FromData(f"azureml://datastores/{store}/paths/{path.lstrip('/')}", port.type, port.mode)


def _must_be_data(port: InputPort) -> None:
    if port.is_literal:
        message = _("It is a %(type)s, not data: give it among the ParameterAssignments.")
        raise ValueError(message % {"type": port.type})


def _unknown(name: str, graph: Graph) -> str:
    near = difflib.get_close_matches(name, graph.inputs, n=1)
    if near:
        return _("The pipeline has no parameter “%(name)s”. Did you mean “%(near)s”?") % {
            "name": name[:60], "near": near[0],
        }  # fmt: skip
    known = ", ".join(list(graph.inputs)[:8])
    if not known:
        return _("The pipeline has no parameters; “%(name)s” means nothing to it.") % {"name": name[:60]}
    return _("The pipeline has no parameter “%(name)s”. It has: %(known)s.") % {"name": name[:60], "known": known}


def sample_body(parameters: list[Parameter], experiment_name: str) -> dict[str, Any]:
    """Return a body to call a pipeline with, in which every input is given."""
    literals, data = {}, {}
    for one in parameters:
        if one.port.is_literal:
            value = one.default.value if isinstance(one.default, Value) else None
            literals[one.name] = _EXAMPLES[one.port.type] if value is None else value
        else:
            data[one.name] = one.default_text or "azureml:my-data:1"
    body: dict[str, Any] = {"ExperimentName": experiment_name or "Default"}
    given = {**literals, **data}
    return {**body, PARAMETERS: given} if given else body


_EXAMPLES: Final[dict[str, Any]] = {"string": "text", "number": 0.1, "integer": 1, "boolean": True}


def sample_json(parameters: list[Parameter], experiment_name: str) -> str:
    """Return ``sample_body`` for people."""
    return json.dumps(sample_body(parameters, experiment_name), indent=2, ensure_ascii=False)
