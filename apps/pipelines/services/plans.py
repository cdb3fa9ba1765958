"""From the nodes of a graph to what their steps are made of: every reference resolved and frozen once, at submit.

A plan (``Step.plan``) is JSON::

    {"kind": "command", "title": "Train", "component": "train:1", "command": "python train.py --data ${{inputs.data}}",
     "inputs": {"depth": {"type": "integer", "value": 3},
                "data": {"type": "uri_folder", "mode": …, "node": "clean", "output": "cleaned"},   # of another step
                "test": {…as ``Run.config`` has data}},
     "outputs": {"model": {"type": "mlflow_model", "name": …}}, "variables": {}, "limits": {"timeout_s": 60},
     "environment": {"reference", "id", "name"} or null, "compute": "local", "snapshot": "…" or "", "code_folder": "",
     "attempts": 1, "force": false, "is_deterministic": true, "subject": "train",
     "parts": {…}}                                     # of ``graph.reuse``, as far as they are known before the step is ready

Of a pipeline within the pipeline: ``kind``, ``title``, ``component``, ``attempts``, and ``graph`` (the id of its row), ``inputs``
(bindings, those of other steps as ``{"node", "output", "type"}``), ``settings``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.experiments.services.config import DATA_TYPES, INPUT_MODES, CommandJob, Limits, check_job
from apps.experiments.services.wrapping import wrapping_folder
from apps.pipelines.graph import codec, order, reuse, values
from apps.pipelines.graph.types import (
    Binding,
    Component,
    FromData,
    FromNode,
    Graph,
    Node,
    Settings,
    Value,
)
from apps.pipelines.services.commands import builtin_text, command_of
from apps.pipelines.services.data_types import as_data, plain_type, type_read
from apps.pipelines.services.freezing import LATER, Freezer
from apps.pipelines.states import ComponentKind

Plan = dict[str, Any]
DEEPEST: Final = 10


@dataclass
class Planned:
    """The plans of a graph by node, in an order in which none comes before what it needs; ``graphs``: of the nodes that are
    pipelines. ``inputs``: what the pipeline itself was given, as ``Run.config`` has it."""

    plans: dict[str, Plan] = field(default_factory=dict)
    before: dict[str, set[str]] = field(default_factory=dict)
    graphs: dict[str, Graph] = field(default_factory=dict)
    inputs: dict[str, dict[str, Any]] = field(default_factory=dict)


class Planner:
    """Makes plans. What is wrong, and what was read differently from how it was written, the freezer collects.

    Args: name: of the pipeline.
    """

    def __init__(self, freezer: Freezer, name: str) -> None:
        self._freezer, self._name = freezer, name

    def plan(
        self, graph: Graph, given: Mapping[str, Binding], settings: Settings, place: str = "", depth: int = 0
    ) -> Planned:
        """Return the plans of a graph that has no faults (``graph.check``).

        Args: given: for the pipeline's inputs. settings: that hold for it. place: of the graph, for what is wrong with it.
        """
        planned = Planned(before=order.predecessors(graph))
        planned.inputs = self._pipeline_inputs(graph, given, place)
        for key in order.topological(graph):
            where = f"{place}nodes.{key}."
            component = graph.components[graph.nodes[key].component]
            if component.kind == ComponentKind.PIPELINE and component.graph is not None:
                if depth >= DEEPEST:
                    words = _("Pipelines stand in pipelines %(most)d levels deep at most.")
                    self._freezer.say(f"{where}component", words % {"most": DEEPEST})
                    continue
                planned.plans[key] = self._nested(graph, key, component.graph, given, settings, where, depth)
                planned.graphs[key] = component.graph
            else:
                planned.plans[key] = self._step(graph, key, component, given, settings, where)
        return planned

    # --- Steps ---

    def _step(
        self, graph: Graph, key: str, component: Component, given: Mapping[str, Binding], settings: Settings, where: str
    ) -> Plan:
        node = graph.nodes[key]
        found = values.resolve_inputs(graph, key, given)
        bindings = {name: as_data(component.inputs[name], binding) for name, binding in found.items()}
        inputs = {
            name: self._input(graph, node, component, name, bindings.get(name), where) for name in component.inputs
        }
        environment = self._freezer.environment(node.environment or component.environment, f"{where}environment")
        snapshot = self._freezer.snapshot(component.snapshot, f"{where}component")
        command = command_of(component, inputs)
        variables = {name: str(value) for name, value in {**component.variables, **node.variables}.items()}
        plan: Plan = {
            "kind": component.kind,
            "title": (node.display_name or component.display_name or key)[:255],
            "component": component.reference,
            "command": command,
            "inputs": inputs,
            "outputs": {name: _output(component, node, name) for name in component.outputs},
            "variables": variables,
            "limits": _limits(component, node),
            "environment": {name: environment[name] for name in ("reference", "id", "name")} if environment else None,
            "compute": self._freezer.target(_target(graph, node, given, settings), f"{where}compute"),
            "snapshot": str(snapshot.pk) if snapshot else "",
            "code_folder": wrapping_folder((str(file["path"]) for file in snapshot.files), command) if snapshot else "",
            "attempts": max(1, node.attempts),
            "force": node.force_rerun or settings.force_rerun,
            "is_deterministic": component.is_deterministic,
            "subject": (component.name or f"{self._name}/{key}")[:600],
        }
        plan["parts"] = reuse.parts_of(
            component,
            bindings,
            # What other steps give is not known yet; it is filled in where the step is looked at.
            fingerprints={
                name: inputs[name].get("sha256", "") for name, one in bindings.items() if not isinstance(one, Value)
            },
            variables={**(environment or {}).get("variables", {}), **node.variables},
            outputs=node.outputs,
        )
        if component.kind == ComponentKind.BUILTIN:
            plan["parts"]["command"] = builtin_text(component)
        self._check(plan, where)
        return plan

    def _check(self, plan: Plan, where: str) -> None:
        """Hold a step to the rules of commands."""
        try:
            check_job(job_of_plan(plan, {}))
        except InvalidInput as error:
            for name, sentences in error.errors.items():
                for sentence in sentences:
                    self._freezer.say(f"{where}{name}", sentence)

    def _input(
        self, graph: Graph, node: Node, component: Component, name: str, binding: Binding | None, where: str
    ) -> dict[str, Any]:
        port = component.inputs[name]
        if binding is None or isinstance(binding, Value):
            value = binding.value if binding else None
            return {"type": port.type if port.is_literal else "string", "value": value}
        if isinstance(binding, FromNode):
            source = graph.nodes[binding.node]
            said = source.outputs.get(binding.output)
            left = (said.type if said else "") or graph.components[source.component].outputs[binding.output].type
            mode = binding.mode or INPUT_MODES[0]
            return {"type": type_read(left, port.type), "mode": mode, "node": binding.node, "output": binding.output}
        assert isinstance(binding, FromData)
        kind = port.type if port.type in DATA_TYPES else plain_type(binding.type)
        # Where the pipeline was given it, what is wrong with it is said there.
        bound = node.inputs.get(name)
        place = f"{where}inputs.{name}"
        source_name = getattr(bound, "input", None) or (
            values.whole_template(bound.value) if isinstance(bound, Value) else None
        )
        if source_name:
            place = f"{where.rpartition('nodes.')[0]}inputs.{source_name}"
        return self._freezer.data(binding.path, kind, binding.mode or INPUT_MODES[0], place)

    def _nested(
        self,
        graph: Graph,
        key: str,
        inner: Graph,
        given: Mapping[str, Binding],
        settings: Settings,
        where: str,
        depth: int,
    ) -> Plan:
        node = graph.nodes[key]
        bindings = values.resolve_inputs(graph, key, given)
        own = replace(
            inner.settings,
            default_compute=_target(
                graph,
                node,
                given,
                replace(settings, default_compute=inner.settings.default_compute or settings.default_compute),
            ),
            force_rerun=inner.settings.force_rerun or settings.force_rerun or node.force_rerun,
        )
        later: dict[str, Binding] = {}
        kept: dict[str, Any] = {}
        for name, binding in bindings.items():
            if name not in inner.inputs:
                continue
            if isinstance(binding, FromNode):
                kind = inner.inputs[name].type
                kept[name] = {"node": binding.node, "output": binding.output, "type": kind, "mode": binding.mode}
                later[name] = FromData(f"{LATER}{binding.node}/{binding.output}", kind, binding.mode)
            else:
                later[name] = as_data(inner.inputs[name], binding)
                kept[name] = codec.binding_to_json(later[name])
        within = Planner(self._freezer, inner.display_name or self._name)
        within.plan(inner, later, own, place=where, depth=depth + 1)
        return {
            "kind": ComponentKind.PIPELINE.value,
            "title": (node.display_name or graph.components[node.component].display_name or key)[:255],
            "component": graph.components[node.component].reference,
            "inputs": kept,
            "outputs": {name: {} for name in inner.outputs},
            "settings": codec.settings_to_json(own),
            "attempts": max(1, node.attempts),
        }

    # --- What is referred to ---

    def _pipeline_inputs(self, graph: Graph, given: Mapping[str, Binding], place: str) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for name, port in graph.inputs.items():
            binding = values.pipeline_input(graph, name, given)
            binding = as_data(port, binding) if binding else None
            if isinstance(binding, FromData):
                kind = port.type if port.type in DATA_TYPES else plain_type(binding.type)
                found[name] = self._freezer.data(
                    binding.path, kind, binding.mode or INPUT_MODES[0], f"{place}inputs.{name}"
                )
            elif isinstance(binding, Value):
                found[name] = {"type": port.type, "value": binding.value}
        return found


def job_of_plan(plan: Plan, sources: Mapping[str, UUID]) -> CommandJob:
    """Return the command that a step runs. Args: sources: the runs of the steps whose outputs it reads, by node."""
    limits = plan["limits"]
    return CommandJob(
        command=plan["command"],
        environment=plan["environment"]["name"] if plan["environment"] else None,
        compute=plan["compute"],
        inputs={name: _given(one, sources) for name, one in plan["inputs"].items()},
        outputs=plan["outputs"],
        variables=plan["variables"],
        limits=Limits(limits.get("timeout_s"), limits.get("memory_mb"), limits.get("processes")),
        display_name=plan["title"],
    )


def needs_of(plan: Plan) -> set[str]:
    """Return the nodes whose outputs a step reads."""
    return {one["node"] for one in plan["inputs"].values() if "node" in one}


def _target(graph: Graph, node: Node, given: Mapping[str, Binding], settings: Settings) -> str:
    """Return the target that a node names, or all of them; it may be an input of the pipeline."""
    name = node.compute or settings.default_compute
    source = values.whole_template(name)
    found = values.pipeline_input(graph, source, given) if source else None
    return str(found.value) if isinstance(found, Value) else name


def _given(one: dict[str, Any], sources: Mapping[str, UUID]) -> dict[str, Any]:
    if "node" not in one:
        return one
    source = sources.get(one["node"], one["node"])
    return {"type": one["type"], "mode": one["mode"], "path": f"runs:/{source}/outputs/{one['output']}"}


def _output(component: Component, node: Node, name: str) -> dict[str, Any]:
    said = node.outputs.get(name)
    output = {"type": plain_type((said.type if said else "") or component.outputs[name].type)}
    mode = (said.mode if said else "") or component.outputs[name].mode
    if mode:
        output["mode"] = mode
    if said and said.name:
        output["name"] = said.name
    return output


def _limits(component: Component, node: Node) -> dict[str, Any]:
    given = {**component.limits, **node.limits}
    return {"timeout_s": given.get("timeout"), "memory_mb": given.get("memory_mb"), "processes": given.get("processes")}
