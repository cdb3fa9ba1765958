"""What is wrong with a draft, and what is known of the tables in it before anything runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import UserError
from apps.data.services import find_version
from apps.designer.builtins import declared
from apps.designer.document import BUILTIN, DATA, DATA_OUTPUT
from apps.designer.models import Draft
from apps.designer.services.columns import schema_of, shown_schema
from apps.designer.services.reading import graph_of, inputs_of
from apps.pipelines.graph.check import check
from apps.pipelines.graph.order import CycleError, topological
from apps.pipelines.graph.types import Graph
from apps.pipelines.services import plan_pipeline
from apps.workspaces.models import Workspace
from mlstudio.components.core.checking import propagate
from mlstudio.components.core.declaring import Component as Declared
from mlstudio.components.core.declaring import Port
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.schema import Schema

ERROR: Final = "error"
TEMPLATE: Final = "${{"

Schemas = dict[str, dict[str, Schema | None]]


@dataclass(frozen=True)
class Fault:
    """Something wrong: at which node ("" the pipeline itself), which field of it (``inputs.fraction``), and what to do."""

    node: str
    field: str
    code: str
    message: str
    hint: str = ""
    level: str = ERROR


@dataclass
class Checked:
    """What a check found. ``schemas``: by node and output port, None where nothing is known."""

    graph: Graph
    faults: list[Fault] = field(default_factory=list)
    schemas: Schemas = field(default_factory=dict)

    def shown_schemas(self) -> dict[str, dict[str, list[dict[str, Any]] | None]]:
        """Return the schemas for pages."""
        return {
            node: {port: shown_schema(schema) for port, schema in ports.items()} for node, ports in self.schemas.items()
        }


def check_draft(draft: Draft) -> Checked:
    """Return what keeps a draft from being run, and the columns that are known at each port."""
    found = Checked(graph_of(draft))
    drawn: Mapping[str, Mapping[str, Any]] = draft.document.get("nodes", {})
    for key, node in drawn.items():
        if node["component"].startswith(DATA):
            _look_at_data(draft.workspace, key, node, found)
    wrong = _propagate(draft.document, found)
    said = {(fault.node, fault.field) for fault in wrong}
    for fault in check(found.graph, None):
        if (fault.node, fault.field) not in said:
            found.faults.append(_in_words(Fault(**vars(fault)), drawn))
    found.faults += wrong
    return found


def reuse_of(actor: User, draft: Draft, checked: Checked) -> dict[str, dict[str, Any]] | None:
    """Return by node whether it would be reused if the draft were submitted now, and why; None where it cannot be submitted.

    Raises:
        NotAllowed: the actor may not submit.
    """
    if any(fault.level == ERROR for fault in checked.faults):
        return None
    try:
        given = inputs_of(draft, checked.graph)
        planned = plan_pipeline(actor=actor, workspace=draft.workspace, graph=checked.graph, inputs=given)
    except UserError:  # a parameter has no default, or data is gone: the form that submits says so
        return None
    return {step.node: {"will": step.will, "why": step.why} for step in planned}


def _look_at_data(workspace: Workspace, key: str, node: Mapping[str, Any], found: Checked) -> None:
    path = node["component"].removeprefix(DATA)
    found.schemas[key] = {DATA_OUTPUT: None}
    if not path.startswith("azureml:") or path.startswith("azureml://"):
        return
    try:
        found.schemas[key] = {DATA_OUTPUT: schema_of(find_version(workspace, path))}
    except UserError as error:
        hint = _("Choose another dataset, or register it again under this name.")
        found.faults.append(Fault(key, "component", error.code, str(error.message), hint))


def _propagate(document: Mapping[str, Any], found: Checked) -> list[Fault]:
    """Let schemas flow from data through built-in components; return what these say is wrong."""
    drawn: Mapping[str, Mapping[str, Any]] = document.get("nodes", {})
    wrong: list[Fault] = []
    try:
        order = topological(found.graph)
    except CycleError:  # the check says so; of what lies on it nothing is known
        order = list(found.graph.nodes)
    for key in order:
        node = drawn[key]
        component = declared(node["component"]) if node["component"].startswith(BUILTIN) else None
        if component is None:
            known = found.graph.components.get(found.graph.nodes[key].component)
            found.schemas[key] = dict.fromkeys(known.outputs if known else ())
            continue
        arriving = {port.name: _arriving(node, port, found.schemas) for port in component.inputs}
        given, open_ones = _parameters(node, component, document.get("inputs", {}))
        found.schemas[key], errors = propagate(component, arriving, given)
        wrong += [_fault(key, error) for error in errors if error.parameter not in open_ones]
    return wrong


def _arriving(node: Mapping[str, Any], port: Port, schemas: Schemas) -> Schema | None:
    given = node.get("inputs", {}).get(port.name, {})
    return schemas.get(given.get("node"), {}).get(given.get("output"))


def _parameters(
    node: Mapping[str, Any], component: Declared, inputs: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, Any], set[str]]:
    """Return the values of a node's parameters as far as they are known now, and the names of those that are not."""
    ports = {port.name for port in component.inputs}
    values: dict[str, Any] = {}
    unknown: set[str] = set()
    for name, given in node.get("inputs", {}).items():
        if name in ports:
            continue
        value = given.get("value")
        if "pipeline" in given:
            value = inputs.get(given["pipeline"], {}).get("default")
        if "node" in given or ("pipeline" in given and value is None) or (isinstance(value, str) and TEMPLATE in value):
            unknown.add(name)
        else:
            values[name] = value
    return values, unknown


def _fault(key: str, error: ComponentError) -> Fault:
    place = f"inputs.{error.parameter}" if error.parameter else ""
    return Fault(key, place, f"{error.code:04d}", error.message, error.hint)


def _in_words(fault: Fault, drawn: Mapping[str, Mapping[str, Any]]) -> Fault:
    """Say of a port that nothing leads to what it is called on the canvas."""
    node = drawn.get(fault.node)
    component = declared(node["component"]) if node and node["component"].startswith(BUILTIN) else None
    titles = {f"inputs.{port.name}": port.title for port in component.inputs} if component else {}
    if fault.code != "missing_input" or fault.field not in titles:
        return fault
    message = _("Nothing is connected to “%(port)s”.") % {"port": titles[fault.field]}
    return Fault(fault.node, fault.field, fault.code, message, _("Draw a line to it from an output of another node."))
