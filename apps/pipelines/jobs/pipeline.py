"""A pipeline's YAML, with all the files that it consists of, as a graph.

The shape: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from django.utils.translation import gettext as _

from apps.pipelines.graph.check import check
from apps.pipelines.graph.components import near
from apps.pipelines.graph.expansion import as_component
from apps.pipelines.graph.order import CycleError, topological
from apps.pipelines.graph.types import (
    Binding,
    Component,
    FromData,
    FromNode,
    FromPipeline,
    Graph,
    GraphOutput,
    InputPort,
    Node,
    OutputSetting,
    Settings,
    Value,
)
from apps.pipelines.graph.values import BadValue, fitted, whole_template
from apps.pipelines.jobs.component import with_digest
from apps.pipelines.jobs.ports import described_binding, input_port, output_setting, type_of
from apps.pipelines.jobs.source import SectionReader
from apps.pipelines.jobs.steps import Step, inline_port, read_step

SCHEMA: Final = "https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json"
SETTINGS: Final = ("default_compute", "default_datastore", "continue_on_step_failure", "force_rerun")


class GraphReader:
    """Reads ``inputs``, ``outputs``, ``jobs`` and ``settings`` of a mapping.

    ``given``: what a job gives the pipeline's own inputs.

    Args: stack: the files on the way to it. types: of a step that has its jobs in it, whose inputs are given from around it: of
        which types they are, "" where only their use tells.
    """

    def __init__(
        self,
        section: SectionReader,
        stack: tuple[str, ...],
        *,
        is_job: bool = False,
        types: Mapping[str, str] | None = None,
    ) -> None:
        self.given: dict[str, Binding] = {}
        self._section, self._stack, self._is_job, self._types = section, stack, is_job, types
        self._guessed: set[str] = set()
        self._ports: dict[str, InputPort] = {}
        self._components: dict[str, Component] = {}

    def read(self) -> Graph:
        """Return the graph."""
        section = self._section
        is_inline = self._types is not None
        if is_inline:
            self._guess_inputs()
        else:
            self._read_inputs()
        jobs = section.section("jobs")
        if not jobs.tree and not section.only_needs:
            section.say(("jobs",), _("a pipeline has steps: write them below “jobs”"))
        steps = [
            self._step(key, jobs) for key in jobs.tree if isinstance(jobs.tree[key], dict) or jobs.say((key,), _NO_STEP)
        ]
        known = {step.key: step for step in steps}
        for step in _by_need(known):
            if step.is_inline and step.component is not None:
                step.component = with_digest(self._with_inputs(step, known))
        nodes = {step.key: step.node(self._key_of(step)) for step in steps if step.component is not None}
        graph = Graph(
            nodes=nodes,
            components=self._components,
            inputs=self._ports,
            outputs=self._outputs(steps, is_inline=is_inline),
            settings=read_settings(section),
            display_name=section.text("display_name") if self._is_job else "",
            description=section.text("description") if self._is_job else "",
        )
        return replace(graph, inputs=self._told_by_use(graph))

    # --- Inputs of the pipeline ---

    def _read_inputs(self) -> None:
        section = self._section
        for name, value in section.mapping("inputs").items():
            if isinstance(value, list):
                section.say(("inputs", name), _("a list cannot be an input"))
            elif isinstance(value, dict):
                self._described_input(name, section.section("inputs", name))
            else:
                self._guessed.add(name)
                self._ports[name] = InputPort(type_of(value), optional=value is None)
                if self._is_job and value is not None:
                    self.given[name] = Value(value)
                elif value is not None:
                    self._ports[name] = replace(self._ports[name], default=value)

    def _described_input(self, name: str, below: SectionReader) -> None:
        port = input_port(below)
        found = described_binding(below) if self._is_job or "path" in below.tree else None
        if found is not None:
            # How it is given stands at the input, so that it holds for other data, too.
            self.given[name] = replace(found, mode="") if isinstance(found, FromData) else found
        self._ports[name] = port

    def _guess_inputs(self) -> None:
        for name, value in self._section.mapping("inputs").items():
            described = isinstance(value, dict) and value.get("type") is not None
            if described:
                self._ports[name] = replace(input_port(self._section.section("inputs", name)), mode="")
            else:
                self._guessed.add(name)
                kind = (self._types or {}).get(name, "")
                literal = not isinstance(value, (dict, str)) or (isinstance(value, str) and "${{" not in value)
                self._ports[name] = InputPort(type_of(value) if literal else kind, optional=value is None)

    def _told_by_use(self, graph: Graph) -> dict[str, InputPort]:
        """Return the pipeline's inputs, those that say no type with that of the first input that they go to."""
        uses: dict[str, list[str]] = {}
        for node in graph.nodes.values():
            for name, binding in node.inputs.items():
                source = binding.input if isinstance(binding, FromPipeline) else None
                port = graph.components[node.component].inputs.get(name)
                if source in self._guessed and port is not None:
                    uses.setdefault(source, []).append(port.type)
        found = {}
        for name, port in graph.inputs.items():
            is_open = name in self._guessed and (port.is_literal or not port.type)
            kind = next(iter(uses.get(name, [])), "") if is_open else ""
            found[name] = self._as_type(name, port, kind) if kind else replace(port, type=port.type or "string")
        return found

    def _as_type(self, name: str, port: InputPort, kind: str) -> InputPort:
        wanted = replace(port, type=kind)
        given = self.given.get(name)
        value = given.value if isinstance(given, Value) else port.default
        if value is not None:
            try:
                if not wanted.is_literal or (type_of(fitted(wanted, value)) != kind and kind != "number"):
                    return port
            except BadValue:
                return port
        return wanted

    # --- Steps ---

    def _step(self, key: str, jobs: SectionReader) -> Step:
        return read_step(key, jobs.section(key), read_graph, self._stack)

    def _with_inputs(self, step: Step, known: Mapping[str, Step]) -> Component:
        """Return a step's own component with the inputs that it is given."""
        component = step.component
        assert component is not None
        if component.kind == "pipeline":
            types = {name: self._type_of(binding, known) for name, binding in step.bindings.items()}
            return as_component(GraphReader(step.section, self._stack, types=types).read(), component)
        names = [*step.section.mapping("inputs")]
        ports = {
            name: inline_port(step, name, self._type_of(step.bindings.get(name), known))
            for name in names
            if name in step.bindings or name in step.types
        }
        return replace(component, inputs=ports)

    def _type_of(self, binding: Binding | None, known: Mapping[str, Step]) -> str:
        """Return of which type what an input is given is; "" where that is not known."""
        if isinstance(binding, FromData):
            return binding.type
        if isinstance(binding, FromPipeline):
            port = self._ports.get(binding.input)
            return port.type if port else ""
        if isinstance(binding, FromNode):
            step = known.get(binding.node)
            output = step.component.outputs.get(binding.output) if step and step.component else None
            setting = step.settings.get(binding.output) if step else None
            return (setting.type if setting else "") or (output.type if output else "")
        return ""

    def _key_of(self, step: Step) -> str:
        """Return the key of a step's component in this graph; equal components have one."""
        component = step.component
        assert component is not None
        for key, known in self._components.items():
            if known is component or (not step.is_inline and known == component):
                return key
        wanted = component.reference or component.name or step.key
        key, number = wanted, 2
        while key in self._components:
            key, number = f"{wanted}_{number}", number + 1
        self._components[key] = component
        return key

    # --- Outputs of the pipeline ---

    def _outputs(self, steps: list[Step], *, is_inline: bool) -> dict[str, GraphOutput]:
        section = self._section
        declared = section.mapping("outputs")
        sources: dict[str, tuple[str, str]] = {}
        for step in steps:
            for output, name in ((output, name) for output, names in step.goes_to.items() for name in names):
                where = ("outputs", output)
                if name not in declared:
                    problem = _("the pipeline has no output “%(name)s”") % {"name": name[:60]}
                    step.section.say(where, problem, near(name, declared))
                elif name in sources:
                    problem = _("the pipeline's output “%(name)s” is written by two steps")
                    step.section.say(where, problem % {"name": name})
                else:
                    sources[name] = (step.key, output)
        found = {}
        for name, value in declared.items():
            if name not in sources:
                if not section.only_needs:
                    section.reading.warn(_("No step writes the pipeline's output “%(name)s”.") % {"name": name})
                continue
            is_said = isinstance(value, dict) and not is_inline
            setting = output_setting(section.section("outputs", name)) if is_said else OutputSetting()
            described = section.section("outputs", name).text("description") if is_said else ""
            if isinstance(value, str) and "${{" not in value:
                setting = OutputSetting(type=value)
            found[name] = GraphOutput(*sources[name], setting, described)
        return found


def _by_need(steps: Mapping[str, Step]) -> list[Step]:
    """Return steps so that each comes after those whose outputs it reads, whose types are those of its inputs."""
    try:
        keys = topological(Graph(nodes={key: Node("", step.bindings) for key, step in steps.items()}))
    except CycleError:
        return list(steps.values())
    return [steps[key] for key in keys]


_NO_STEP: Final = "a step is a mapping such as “component: ./train.yml”"


def read_graph(section: SectionReader, stack: tuple[str, ...]) -> Graph:
    """Return the graph of a pipeline component."""
    return GraphReader(section, stack).read()


def read_settings(section: SectionReader) -> Settings:
    """Return what holds for all steps that say nothing else."""
    below = section.section("settings")
    for name in below.tree:
        if name not in SETTINGS:
            said = _("There is no setting “%(name)s”; it is passed over.%(hint)s")
            section.reading.warn(said % {"name": name[:60], "hint": near(name, SETTINGS)})
    is_step = bool(section.base)
    return Settings(
        default_compute=below.compute("default_compute") or ("" if is_step else section.compute()),
        default_datastore=below.text("default_datastore").removeprefix("azureml:"),
        continue_on_step_failure=below.flag("continue_on_step_failure"),
        force_rerun=below.flag("force_rerun"),
    )


def compute_inputs(graph: Graph) -> set[str]:
    """Return the inputs of a pipeline that name compute targets, in it or in pipelines within it."""
    texts = [graph.settings.default_compute, *(node.compute for node in graph.nodes.values())]
    found = {name for name in map(whole_template, texts) if name}
    for node in graph.nodes.values():
        inner = graph.components[node.component].graph
        for name in compute_inputs(inner) if inner else ():
            binding = node.inputs.get(name)
            if isinstance(binding, FromPipeline):
                found.add(binding.input)
    return found


def say_faults(section: SectionReader, graph: Graph, given: Mapping[str, Binding]) -> None:
    """Note everything that is wrong with a graph at the lines where it stands."""
    for fault in check(graph, given):
        path: tuple[Any, ...] = ("jobs", fault.node) if fault.node else ()
        section.say_sentence((*path, *fault.field.split(".")), fault.message)
