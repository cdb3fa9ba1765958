"""One component: a file of its own, a mapping in a pipeline's file, or the rest of a step that has its command with it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.experiments.jobs.yaml_text import read_yaml
from apps.pipelines.graph.codec import digest_of_component
from apps.pipelines.graph.components import check_component
from apps.pipelines.graph.expansion import as_component
from apps.pipelines.graph.reading import DEEPEST
from apps.pipelines.graph.types import Component, Graph
from apps.pipelines.jobs import parallel
from apps.pipelines.jobs.ports import input_ports, output_ports
from apps.pipelines.jobs.source import CodeNeed, Reading, SectionReader, Source, Surroundings

COMMAND_SCHEMA: Final = "https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json"
PIPELINE_SCHEMA: Final = "https://azuremlschemas.azureedge.net/latest/pipelineComponent.schema.json"
SAID: Final = ("$schema", "type", "name", "version", "display_name", "description", "tags", "properties")
# Known to the format, and without a meaning here; kept for export.
KEPT: Final = ("resources", "distribution", "services", "identity", "queue_settings")
BODY: Final = (
    "command", "code", "additional_includes", "environment", "environment_variables", "limits", "is_deterministic",
    *parallel.FIELDS,
)  # fmt: skip
FIELDS: Final = (*SAID, "inputs", "outputs", *BODY, "jobs", "settings", *KEPT)
KINDS: Final = ("command", "parallel", "pipeline", "builtin")
REFUSED: Final = ("sweep", "automl", "spark", "import", "finetuning", "data_transfer", "distillation", "flow", "run")

# What tells of which kind something is that does not say it.
_TOLD: Final = {"jobs": "pipeline", "task": "parallel"}

ReadGraph = Callable[[SectionReader, tuple[str, ...]], Graph]


@dataclass(frozen=True)
class ComponentFile:
    """A component's YAML as it was understood. ``codes``, ``files``: what must be sent with it, by paths from where it stands."""

    component: Component
    version: str
    tags: dict[str, str]
    warnings: tuple[str, ...]
    codes: dict[str, CodeNeed]
    files: tuple[str, ...]


def kind_of(section: SectionReader) -> str:
    """Return the kind that a mapping says it is of; "" where it cannot be carried out, which is said."""
    written = section.tree.get("type")
    if written is None:
        named = re.search(r"/(\w+?)(?:Component|Job)?\.schema\.json", str(section.tree.get("$schema") or ""))
        told = next((kind for key, kind in _TOLD.items() if key in section.tree), "command")
        written = named[1] if named else told
    kind = str(written).lower()
    if kind in KINDS:
        return kind
    if kind in REFUSED:
        problem = _("steps of the type “%(type)s” cannot be run here yet; use a command, which can do the same")
        section.say(("type",), problem % {"type": kind})
    else:
        problem = _("“%(type)s” is no type of step; there are: %(kinds)s")
        section.say(("type",), problem % {"type": kind[:60], "kinds": ", ".join(KINDS)})
    return ""


def read_component(section: SectionReader, read_graph: ReadGraph, stack: tuple[str, ...]) -> Component | None:
    """Return the component that a mapping describes; None where it is of no kind that could be.

    Args: read_graph: reads the pipeline that it is. stack: the files on the way to it.
    """
    kind = kind_of(section)
    if not kind:
        return None
    section.check_names(FIELDS, _("a component"))
    said: dict[str, Any] = {
        "name": section.text("name"),
        "display_name": section.text("display_name"),
        "description": section.text("description"),
    }
    if kind == "pipeline":
        component = as_component(read_graph(section, stack), Component(kind, **said))
    else:
        component = body_of(
            section, Component(kind, inputs=input_ports(section), outputs=output_ports(section), **said)
        )
    for fault in check_component(component):
        section.say_sentence(tuple(fault.field.split(".")), fault.message)
    return with_digest(component)


def body_of(section: SectionReader, component: Component) -> Component:
    """Return a command or parallel component with all that its ports do not say."""
    settings: dict[str, Any] = {}
    runs = section
    if component.kind == "parallel":
        settings = parallel.parallel_settings(section)
        parallel.check_complete(section, settings)
        runs = section.section("task")
    command = section.text("command", required=component.kind == "command").strip("\n")
    return replace(
        component,
        command=command,
        environment=runs.environment(),
        snapshot=runs.code(),
        variables=section.texts("environment_variables"),
        limits=limits_of(section),
        is_deterministic=section.tree.get("is_deterministic") is not False,
        parallel=settings,
        extras=extras_of(section),
    )


def limits_of(section: SectionReader) -> dict[str, Any]:
    """Return the limits of a step: ``timeout`` in seconds."""
    limits = section.section("limits")
    limits.check_names(("timeout",), _("a limit"))
    timeout = limits.count("timeout")
    return {"timeout": timeout} if timeout else {}


def extras_of(section: SectionReader) -> dict[str, Any]:
    """Return what is kept for export, and warn of what it would mean elsewhere."""
    kept = {name: section.tree[name] for name in KEPT if section.tree.get(name) is not None}
    resources = section.mapping("resources")
    spread = section.mapping("distribution")
    is_parallel = "task" in section.tree or section.tree.get("type") == "parallel"
    if is_parallel and "resources" in kept:
        # On how many machines it runs stands among the settings of its mini-batches.
        kept["resources"] = {name: value for name, value in resources.items() if name != "instance_count"}
        if not kept["resources"]:
            del kept["resources"]
    counts = [
        resources.get("instance_count", 1),
        spread.get("process_count_per_instance", 1),
        spread.get("worker_count", 1),
    ]
    if not is_parallel and any(count != 1 for count in counts):
        section.reading.warn(_("Each step is one process on one machine; steps are not distributed."))
    ignored = sorted({*kept} - {"resources", "distribution"})
    if ignored:
        said = _("These mean nothing here and are passed over: %(names)s.")
        section.reading.warn(said % {"names": ", ".join(ignored)})
    return kept


def component_in_file(
    section: SectionReader, written: str, read_graph: ReadGraph, stack: tuple[str, ...]
) -> Component | None:
    """Return the component of a file that the field ``component`` names; None where it could not be read, or did not come."""
    source = section.source
    place = source.path_of(written)
    reading = source.reading
    if place in reading.components:
        return reading.components[place]
    if place in stack or len(stack) >= DEEPEST:
        section.say(("component",), _("the file “%(path)s” contains itself") % {"path": place[:200]})
        return None
    if place not in reading.files:
        reading.files.append(place)
    text = reading.around.text_of(place, "")
    if text is None:
        if not reading.only_needs:
            section.say(("component",), _("the file “%(path)s” did not come with the job") % {"path": place[:200]})
        return None
    below = source_of(reading, text, place, (*source.place, *section.base, "component"))
    found = read_component(SectionReader(below, below.document.value), read_graph, (*stack, place)) if below else None
    reading.components[place] = found
    return found


def source_of(reading: Reading, text: str, label: str, place: tuple[Any, ...]) -> Source | None:
    """Return a file that was read as YAML; None where it is no mapping, which is said."""
    field = ".".join(map(str, place)) or "component"
    try:
        document = read_yaml(text, field)
    except InvalidInput as error:
        for name, sentences in error.errors.items():
            reading.errors.setdefault(name, []).extend(
                f"{label}: {sentence}" if label else sentence for sentence in sentences
            )
        return None
    if not isinstance(document.value, dict):
        problem = _("“%(path)s” describes no component.") % {"path": label}
        reading.errors.setdefault(field, []).append(problem)
        return None
    return Source(reading, document, label.rpartition("/")[0], label, place)


def with_digest(component: Component) -> Component:
    """Return a component that knows its digest."""
    return replace(component, digest=digest_of_component(component))


def read_component_file(
    text: str, around: Surroundings, read_graph: ReadGraph, *, only_needs: bool = False
) -> ComponentFile:
    """Read a component's YAML.

    Args: only_needs: what it refers to may still be missing; the component is then not complete.
    Raises:
        InvalidInput: with a sentence for each field that is wrong, with its line.
    """
    reading = Reading(around, only_needs)
    source = source_of(reading, text, "", ())
    component = None
    version, tags = "", {}
    if source is not None:
        section = SectionReader(source, source.document.value)
        component = read_component(section, read_graph, ())
        version, tags = section.text("version"), section.texts("tags")
        if component is not None and not component.name:
            section.say(("name",), _("say what the component is called"))
    if reading.errors or component is None:
        raise InvalidInput(reading.errors)
    return ComponentFile(component, version, tags, tuple(reading.warnings), reading.codes, tuple(reading.files))
