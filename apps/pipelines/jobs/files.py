"""Whole files: the YAML of a pipeline job, and that of a component."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.experiments.jobs.command import apply_setting
from apps.pipelines.graph.types import Binding, Graph, Settings, Value
from apps.pipelines.jobs import component as components
from apps.pipelines.jobs import steps
from apps.pipelines.jobs.component import ComponentFile
from apps.pipelines.jobs.pipeline import GraphReader, compute_inputs, read_graph, read_settings, say_faults
from apps.pipelines.jobs.source import CodeNeed, Reading, SectionReader, Surroundings

READ: Final = (
    "$schema", "type", "name", "display_name", "description", "experiment_name", "tags", "properties", "compute", "settings",
    "inputs", "outputs", "jobs", "component",
)  # fmt: skip
# Known to the schema, and without a meaning here.
KEPT: Final = ("services", "identity", "queue_settings", "schedule", "parent_job_name", "limits")


@dataclass(frozen=True)
class PipelineFile:
    """A pipeline's YAML as it was understood. ``inputs``: what it gives the pipeline's own inputs.

    ``codes``, ``files`` and ``data``: what must be sent with it, by paths from where it stands. While something is missing
    the graph is not complete. ``warnings`` are sentences about what was read differently from how it was written.
    """

    graph: Graph
    inputs: dict[str, Binding]
    experiment_name: str
    display_name: str
    description: str
    tags: dict[str, str]
    properties: dict[str, str]
    warnings: tuple[str, ...]
    codes: dict[str, CodeNeed]
    files: tuple[str, ...]
    data: tuple[str, ...]


def read_pipeline_file(
    text: str, around: Surroundings, *, settings: tuple[str, ...] = (), only_needs: bool = False
) -> PipelineFile:
    """Read a pipeline job's YAML, and the files that it names.

    Args: settings: changes such as ``inputs.depth=3``, made before anything is read. only_needs: what it refers to may still be
        missing; nothing is said of what can only be known with it.

    Raises:
        InvalidInput: with a sentence for each field that is wrong, with its line.
    """
    reading = Reading(around, only_needs)
    source = components.source_of(reading, text, "", ())
    if source is None:
        raise InvalidInput(reading.errors)
    for setting in settings:
        apply_setting(source.document.value, setting)
    section = SectionReader(source, source.document.value)
    section.check_names((*READ, *KEPT), _("a pipeline job"))
    for name in KEPT:
        if section.tree.get(name) is not None:
            said = _("“%(name)s” means nothing here and is passed over.")
            reading.warn(said % {"name": name})
    graph, given = _graph(section)
    if not reading.errors:
        graph, given = _with_targets(section, graph, given)
        if not only_needs:
            say_faults(section, graph, given)
    if reading.errors:
        raise InvalidInput(reading.errors)
    return PipelineFile(
        graph=graph,
        inputs=given,
        experiment_name=section.text("experiment_name"),
        display_name=section.text("display_name") or section.text("name"),
        description=section.text("description"),
        tags=section.texts("tags"),
        properties=section.texts("properties"),
        warnings=tuple(reading.warnings),
        codes=reading.codes,
        files=tuple(reading.files),
        data=tuple(reading.data),
    )


def read_component_file(text: str, around: Surroundings, *, only_needs: bool = False) -> ComponentFile:
    """Read a component's YAML: of a command, a parallel step or a pipeline.

    Args: only_needs: what it refers to may still be missing; the component is then not complete.
    Raises:
        InvalidInput: with a sentence for each field that is wrong, with its line.
    """
    return components.read_component_file(text, around, read_graph, only_needs=only_needs)


def _graph(section: SectionReader) -> tuple[Graph, dict[str, Binding]]:
    """Return the graph of a job: its own, or that of the component it names."""
    if section.tree.get("jobs") is not None or section.tree.get("component") is None:
        reader = GraphReader(section, (), is_job=True)
        return reader.read(), reader.given
    step = steps.read_step("job", SectionReader(section.source, _as_step(section.tree)), read_graph, ())
    if step.component is None:
        return Graph(), {}
    if step.component.graph is None:
        section.say(("component",), _("this component is no pipeline: make it a step of one, below “jobs”"))
        return Graph(), {}
    graph = step.component.graph
    said = {"display_name": section.text("display_name"), "description": section.text("description")}
    return replace(
        graph,
        settings=_over(graph.settings, read_settings(section)),
        display_name=said["display_name"] or step.component.display_name or graph.display_name,
        description=said["description"] or step.component.description or graph.description,
    ), dict(step.bindings)


def _as_step(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a job that is only a component and its inputs a step would have."""
    return {name: tree[name] for name in ("type", "component", "inputs") if name in tree}


def _over(below: Settings, above: Settings) -> Settings:
    """Return settings of which a job's own count first."""
    return Settings(
        default_compute=above.default_compute or below.default_compute,
        default_datastore=above.default_datastore or below.default_datastore,
        continue_on_step_failure=above.continue_on_step_failure or below.continue_on_step_failure,
        force_rerun=above.force_rerun or below.force_rerun,
    )


def _with_targets(section: SectionReader, graph: Graph, given: dict[str, Binding]) -> tuple[Graph, dict[str, Binding]]:
    """Return a graph and what it is given, with names of compute targets among its inputs as what they mean here."""
    ports, found = dict(graph.inputs), dict(given)
    for name in compute_inputs(graph) & graph.inputs.keys():
        binding, port = given.get(name), ports[name]
        if isinstance(binding, Value) and isinstance(binding.value, str):
            found[name] = Value(section.target(binding.value))
        if isinstance(port.default, str):
            ports[name] = replace(port, default=section.target(port.default))
    return replace(graph, inputs=ports), found
