"""One step of a pipeline: which component it uses, and what it writes beside its inputs."""

import re
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.utils.translation import gettext as _

from apps.core.errors import UserError
from apps.experiments.services.config import INPUT_MODES
from apps.pipelines.graph.types import Binding, Component, FromNode, FromPipeline, InputPort, Node, OutputSetting, Value
from apps.pipelines.jobs import component as components
from apps.pipelines.jobs import parallel
from apps.pipelines.jobs.ports import (
    data_type,
    described_binding,
    input_port,
    mode_of,
    output_ports,
    output_setting,
    type_of,
)
from apps.pipelines.jobs.source import SectionReader

# What only we know: everything of a graph can be written as a file.
OURS: Final = ("run_after", "attempts", "force_rerun", "comment", "position")
FIELDS: Final = (*components.FIELDS, "component", "compute", *OURS)
# What a step that uses a component can say of itself.
NODE_FIELDS: Final = ("environment", "environment_variables", "limits", "compute", *OURS)

_INPUT: Final = re.compile(r"\$\{\{\s*parent\.inputs\.(?P<name>[A-Za-z0-9_.-]+)\s*\}\}")
_OUTPUT: Final = re.compile(
    r"\$\{\{\s*parent\.jobs\.(?P<node>[A-Za-z0-9_-]+)\.outputs\.(?P<output>[A-Za-z0-9_-]+)\s*\}\}"
)
_OWN_OUTPUT: Final = re.compile(r"\$\{\{\s*parent\.outputs\.(?P<name>[A-Za-z0-9_-]+)\s*\}\}")


@dataclass
class Step:
    """A step while it is read. ``component`` None: it could not be. ``is_inline``: its inputs say of which types they are, where
    ``types`` has what it writes of them; ``goes_to``: outputs of the pipeline by outputs of its own."""

    key: str
    section: SectionReader
    component: Component | None = None
    is_inline: bool = False
    bindings: dict[str, Binding] = field(default_factory=dict)
    types: dict[str, InputPort] = field(default_factory=dict)
    settings: dict[str, OutputSetting] = field(default_factory=dict)
    goes_to: dict[str, list[str]] = field(default_factory=dict)

    def node(self, component_key: str) -> Node:
        """Return the node."""
        section = self.section
        said = self.component.display_name if self.component and self.is_inline else ""
        environment = None if self.is_inline else section.environment()
        position = section.tree.get("position")
        return Node(
            component=component_key,
            inputs=self.bindings,
            outputs={name: setting for name, setting in self.settings.items() if setting != OutputSetting()},
            display_name=said or section.text("display_name"),
            compute=section.compute(),
            environment=environment,
            variables=section.texts("environment_variables"),
            limits=components.limits_of(section),
            run_after=_names(section, "run_after"),
            force_rerun=section.flag("force_rerun"),
            attempts=section.count("attempts") or 1,
            comment=section.text("comment"),
            position=_position(section, position) if position is not None else None,
            extras=components.extras_of(section),
        )


def read_step(key: str, section: SectionReader, read_graph: components.ReadGraph, stack: tuple[str, ...]) -> Step:
    """Read a step, but for the types of its inputs that come from other steps."""
    step = Step(key, section)
    written = section.tree.get("component")
    if written is None:
        step.is_inline = True
        kind = components.kind_of(section)
        if not kind:
            return step
        step.component = _inline(section, kind)
    else:
        step.component = _used(section, written, read_graph, stack)
    section.check_names(FIELDS, _("a step"))
    _read_inputs(step)
    _read_outputs(step)
    return step


def _inline(section: SectionReader, kind: str) -> Component:
    """Return the component that a step is by itself; its inputs are still missing, and of a pipeline its steps."""
    if kind == "pipeline":
        return Component(kind)
    outputs = {name: replace(port, mode="") for name, port in output_ports(_without_templates(section)).items()}
    component = components.body_of(section, Component(kind, outputs=outputs))
    # What it says of its limits and variables stands at the node.
    return replace(component, variables={}, limits={}, extras={})


def _without_templates(section: SectionReader) -> SectionReader:
    """Return a reader for which outputs that go to the pipeline's are outputs of which nothing is said."""
    outputs = {name: None if _own_outputs(given) else given for name, given in section.mapping("outputs").items()}
    return SectionReader(section.source, {**section.tree, "outputs": outputs}, section.base)


def _used(
    section: SectionReader, written: Any, read_graph: components.ReadGraph, stack: tuple[str, ...]
) -> Component | None:
    """Return the component that a step names: registered, in a file, or a mapping."""
    found = None
    if isinstance(written, dict):
        below = section.section("component")
        found = components.read_component(below, read_graph, stack)
    elif not isinstance(written, str) or not written.strip():
        section.say(("component",), _("it is a path such as “./train.yml”, or a name such as “azureml:train:1”"))
    elif _is_file(written):
        found = components.component_in_file(section, written.strip(), read_graph, stack)
    else:
        try:
            found = section.reading.around.component_named(written.strip())
        except UserError as error:
            section.say_sentence(("component",), str(error.message))
    return _with_own_settings(section, found) if found else None


def _with_own_settings(section: SectionReader, component: Component) -> Component:
    """Return a component with what a step says of its mini-batches, which makes it another one."""
    said = str(section.tree.get("type") or component.kind).lower()
    if said in components.REFUSED or said not in {component.kind, "component"} | {"command"}:
        components.kind_of(section)
    if component.kind != "parallel":
        return component
    own = {
        name: value
        for name, value in parallel.parallel_settings(section).items()
        if component.parallel.get(name) != value
    }
    if not own:
        return component
    changed = replace(component, parallel={**component.parallel, **own}, reference="", id="")
    return components.with_digest(changed)


def _is_file(written: str) -> bool:
    if written.startswith("azureml:"):
        return False
    return written.startswith(("file:", ".", "/")) or written.endswith((".yml", ".yaml"))


def _read_inputs(step: Step) -> None:
    section = step.section
    for name, given in section.mapping("inputs").items():
        where = ("inputs", name)
        if _is_extra(step, name):
            said = _(
                "The pipeline “%(component)s” has no input “%(name)s”; what step %(step)s gives it is passed over."
            )
            component = step.component.name if step.component else ""
            section.reading.warn(said % {"component": component or step.key, "name": name, "step": step.key})
        elif isinstance(given, list):
            section.say(where, _("a list cannot be an input"))
        elif isinstance(given, dict):
            _read_described(step, name)
        elif isinstance(given, str):
            step.bindings[name] = text_binding(section, where, given)
        else:
            step.bindings[name] = Value(given)


def _is_extra(step: Step, name: str) -> bool:
    """Whether a step gives a pipeline what that does not take, as the format allows."""
    component = step.component
    return (
        not step.is_inline and component is not None and component.kind == "pipeline" and name not in component.inputs
    )


def _read_described(step: Step, name: str) -> None:
    below = step.section.section("inputs", name)
    tree = below.tree
    path = tree.get("path")
    step.types[name] = input_port(below)
    if isinstance(path, str) and "${{" in path:
        bound = text_binding(below, ("path",), path)
        mode = mode_of(below, INPUT_MODES)
        if isinstance(bound, (FromPipeline, FromNode)):
            bound = replace(bound, mode=mode)
        step.bindings[name] = bound
    else:
        found = described_binding(below)
        if found is not None:
            step.bindings[name] = found
    # How data is given is said where it is bound; a type that is not written says nothing.
    step.types[name] = replace(step.types[name], mode="")
    if tree.get("type") is None:
        del step.types[name]
    data_type(below, tree.get("type"), "")


def text_binding(section: SectionReader, where: tuple[str, ...], written: str) -> Binding:
    """Return what a text gives an input: what it names, or itself."""
    text = written.strip()
    if match := _INPUT.fullmatch(text):
        return FromPipeline(match["name"])
    if match := _OUTPUT.fullmatch(text):
        return FromNode(match["node"], match["output"])
    if "${{" in _INPUT.sub("", written):
        problem = _("“%(text)s” means nothing here; use ${{parent.inputs.NAME}} or ${{parent.jobs.STEP.outputs.NAME}}")
        section.say(where, problem % {"text": text[:100]})
    return Value(written)


def _read_outputs(step: Step) -> None:
    section = step.section
    for name, given in section.mapping("outputs").items():
        names = _own_outputs(given.get("path") if isinstance(given, dict) else given)
        if names:
            step.goes_to[name] = names
        if isinstance(given, dict):
            below = section.section("outputs", name)
            tree = {key: value for key, value in below.tree.items() if not (names and key == "path")}
            setting = output_setting(SectionReader(below.source, tree, below.base))
            step.settings[name] = replace(setting, type="") if step.is_inline else setting
        elif given is not None and not names and not (step.is_inline and isinstance(given, str)):
            section.say(("outputs", name), _("it is a mapping such as “mode: upload”, or “${{parent.outputs.NAME}}”"))


def _own_outputs(written: Any) -> list[str]:
    """Return the outputs of the pipeline that an output goes to: one, or several in a list."""
    texts = written if isinstance(written, list) else [written]
    matches = [_OWN_OUTPUT.fullmatch(text.strip()) if isinstance(text, str) else None for text in texts]
    return [match["name"] for match in matches if match]


def inline_port(step: Step, name: str, known: str) -> InputPort:
    """Return the input that a step with its own command has. ``known``: the type of what it is given, "" for a literal."""
    if name in step.types:
        return step.types[name]
    binding = step.bindings.get(name)
    if isinstance(binding, Value):
        return InputPort(type_of(binding.value), optional=binding.value is None)
    return InputPort(known or "uri_folder")


def _names(section: SectionReader, name: str) -> tuple[str, ...]:
    value = section.tree.get(name)
    if value is None:
        return ()
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(key, str) for key in value):
        section.say((name,), _("it is a list of steps"))
        return ()
    return tuple(value)


def _position(section: SectionReader, value: Any) -> tuple[float, float] | None:
    if isinstance(value, list) and len(value) == 2 and all(type(number) in {int, float} for number in value):
        return value[0], value[1]
    section.say(("position",), _("it is two numbers"))
    return None
