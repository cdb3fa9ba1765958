"""Pipelines as what schedules start: a pipeline run again, a published pipeline, or the default version of an endpoint.

``Schedule.subject`` says which, by one of ``published``, ``endpoint`` and ``graph`` (with ``run``, ``given`` and ``settings``),
and how it differs: ``{"inputs": {name: literal or path}, "tags", "experiment_name", "continue_on_failure"}``.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.errors import InvalidInput, NotFound
from apps.core.storage.keys import shown
from apps.experiments.hooks import RunAction
from apps.experiments.models import Run, RunKind
from apps.experiments.states import TERMINAL
from apps.pipelines.assigning import Parameter, binding_of, parameters_of
from apps.pipelines.graph import codec
from apps.pipelines.graph.types import Binding, Settings, Value
from apps.pipelines.jobs.export import job_tree
from apps.pipelines.models import PipelineEndpoint, PipelineGraph, PublishedPipeline
from apps.pipelines.services.endpoints import call_endpoint, find_endpoint, find_endpoint_version
from apps.pipelines.services.graphs import read_graph
from apps.pipelines.services.publishing import Call, find_published, submit_published
from apps.pipelines.services.publishing import parameters_of as parameters_of_published
from apps.pipelines.services.submitting import pipeline_of, submit_pipeline
from apps.schedules.errors import NotInFiles
from apps.schedules.filling import filled, has_places
from apps.schedules.hooks import Changes, Choice, Described, Fact, Started, Taken
from apps.schedules.models import Schedule, Tick
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action

KIND: Final = "pipeline"
MOST_CHOICES: Final = 20
SOURCE: Final = "Schedule"


class PipelineSubject:
    """Runs pipelines. What an endpoint's default is, and what ``@latest`` means, is found out each time."""

    kind = KIND
    label = gettext_lazy("Pipeline")
    action = Action.RUNS_WRITE

    def choices(self, workspace: Workspace) -> list[Choice]:
        endpoints = PipelineEndpoint.objects.filter(workspace=workspace, archived_at=None).order_by("-updated_at", "id")
        published = PublishedPipeline.objects.filter(workspace=workspace, is_enabled=True).order_by("-created_at", "id")
        runs = Run.objects.filter(
            workspace=workspace, kind=RunKind.PIPELINE, parent=None, deleted_at=None, archived_at=None
        ).order_by("-created_at", "id")
        return [
            *(Choice(str(one.pk), _("Endpoint %(name)s") % {"name": one}) for one in endpoints[:MOST_CHOICES]),
            *(Choice(str(one.pk), _("Published %(name)s") % {"name": one}) for one in published[:MOST_CHOICES]),
            *(Choice(str(one.pk), _("Run %(name)s") % {"name": one}) for one in runs[:MOST_CHOICES]),
        ]

    def take(self, workspace: Workspace, actor: Any, source: str, changes: Changes) -> Taken:
        content, label, parameters = _found(workspace, source)
        known = {parameter.name: parameter for parameter in parameters}
        for name, value in changes.inputs.items():
            if name not in known:
                message = _("The pipeline has no input “%(name)s”; it has: %(known)s.")
                values = {"name": shown(name), "known": ", ".join(known) or "–"}
                raise InvalidInput({f"inputs.{name}": [message % values]})
            if not has_places(value):
                _binding(known[name], value)
        content |= {
            "inputs": dict(changes.inputs),
            "tags": dict(changes.tags),
            "experiment_name": changes.experiment_name,
            "continue_on_failure": changes.continue_on_failure,
        }
        return Taken(KIND, content, label, source)

    def keep(self, schedule: Schedule) -> None:
        """Nothing to note: graphs stay with their workspace, and keep their code."""

    def describe(self, schedule: Schedule) -> Described:
        content, workspace = schedule.subject, schedule.workspace
        inputs = ", ".join(f"{name}: {value}" for name, value in content["inputs"].items())
        facts = [Fact(_("Inputs"), inputs), Fact(_("Experiment"), content["experiment_name"])]
        return Described(schedule.subject_label, _page_of(workspace, content), [fact for fact in facts if fact.value])

    def in_file(self, schedule: Schedule) -> dict[str, Any]:
        content, workspace = schedule.subject, schedule.workspace
        if "graph" not in content:
            message = _(
                "A schedule file has no word for published pipelines and pipeline endpoints. Send this one through the API."
            )
            raise NotInFiles(message)
        graph = read_graph(PipelineGraph.objects.get(pk=content["graph"], workspace=workspace))
        graph = replace(graph, settings=_settings(content))
        given = codec.bindings_from_json(content["given"])
        known = {one.name: one for one in parameters_of(graph, given)}
        own = {
            name: Value(value) if has_places(value) else _binding(known[name], value)
            for name, value in content["inputs"].items()
        }
        return job_tree(
            graph,
            {**given, **own},
            experiment_name=content["experiment_name"] or content["experiment"],
            display_name=content["display_name"],
            tags=content["tags"],
        )

    def start(self, schedule: Schedule, tick: Tick) -> Started:
        content, workspace = schedule.subject, schedule.workspace
        if "graph" in content:
            run = _run_again(schedule, tick)
        elif "endpoint" in content:
            endpoint = find_endpoint(workspace, UUID(content["endpoint"]))
            version = find_endpoint_version(endpoint)
            call = _call(content, parameters_of_published(version.published), tick)
            run = call_endpoint(actor=schedule.owner, endpoint=endpoint, version=version, call=call)
        else:
            published = find_published(workspace, UUID(content["published"]))
            call = _call(content, parameters_of_published(published), tick)
            run = submit_published(actor=schedule.owner, published=published, call=call)
        return Started(str(run), run.get_absolute_url(), run.pk)

    def is_running(self, workspace: Workspace, started_id: UUID) -> bool:
        runs = Run.objects.filter(pk=started_id, workspace=workspace, deleted_at=None)
        return runs.exclude(status__in=TERMINAL).exists()


def run_actions(run: Run) -> list[RunAction]:
    """Scheduling a pipeline, to be run again and again."""
    if run.kind != RunKind.PIPELINE or run.parent_id is not None:
        return []
    url = schedule_url(run.workspace, run.pk)
    return [RunAction(gettext_lazy("Schedule"), url, "clock", Action.SCHEDULES_WRITE)]


def schedule_url(workspace: Workspace, source: UUID) -> str:
    """Return the path of the form for a new schedule of a pipeline run, a published pipeline or an endpoint."""
    return f"{reverse('schedules:new-schedule', args=[workspace.name])}?starts={KIND}:{source}"


def _found(workspace: Workspace, source: str) -> tuple[dict[str, Any], str, list[Parameter]]:
    """Return what the id of a published pipeline, an endpoint or a pipeline run means, what it is called, and its inputs."""
    try:
        pk = UUID(source)
    except ValueError:
        raise _unknown(source) from None
    published = PublishedPipeline.objects.filter(workspace=workspace, pk=pk).select_related("graph").first()
    if published is not None:
        return {"published": str(pk)}, str(published), parameters_of_published(published)
    if PipelineEndpoint.objects.filter(workspace=workspace, pk=pk).exists():
        endpoint = find_endpoint(workspace, pk)
        return {"endpoint": str(pk)}, str(endpoint), parameters_of_published(find_endpoint_version(endpoint).published)
    runs = Run.objects.filter(workspace=workspace, pk=pk, kind=RunKind.PIPELINE, parent=None, deleted_at=None)
    run = runs.select_related("experiment").first()
    if run is None:
        raise _unknown(source)
    pipeline = pipeline_of(run)
    given = codec.bindings_from_json(pipeline.inputs)
    content = {
        "graph": str(pipeline.graph_id),
        "run": str(run.pk),
        "given": pipeline.inputs,
        "settings": pipeline.settings,
        "experiment": run.experiment.name if run.experiment else "",
        "display_name": run.display_name,
    }
    return content, str(run), parameters_of(read_graph(pipeline.graph), given)


def _run_again(schedule: Schedule, tick: Tick) -> Run:
    content, workspace = schedule.subject, schedule.workspace
    graph = read_graph(PipelineGraph.objects.get(pk=content["graph"], workspace=workspace))
    given = codec.bindings_from_json(content["given"])
    return submit_pipeline(
        actor=schedule.owner,
        workspace=workspace,
        graph=graph,
        inputs={**given, **_bindings(content, parameters_of(graph, given), tick)},
        experiment_name=content["experiment_name"] or content["experiment"],
        display_name=content["display_name"],
        tags=content["tags"],
        properties={"ScheduleName": schedule.name, "ScheduleTime": tick.at.isoformat()},
        settings=_settings(content),
        rerun_of=Run.objects.filter(pk=content["run"]).first(),
    )


def _settings(content: Mapping[str, Any]) -> Settings:
    """Return the settings of a graph that is run again."""
    settings = codec.settings_from_json(content["settings"])
    if content["continue_on_failure"] is None:
        return settings
    return replace(settings, continue_on_step_failure=content["continue_on_failure"])


def _call(content: Mapping[str, Any], parameters: list[Parameter], tick: Tick) -> Call:
    return Call(
        inputs=_bindings(content, parameters, tick),
        places={name: f"inputs.{name}" for name in content["inputs"]},
        experiment_name=content["experiment_name"],
        tags=content["tags"],
        continue_on_step_failure=content["continue_on_failure"],
        source=SOURCE,
    )


def _bindings(content: Mapping[str, Any], parameters: list[Parameter], tick: Tick) -> dict[str, Binding]:
    known = {parameter.name: parameter for parameter in parameters}
    gone = _("The pipeline has no input “%(name)s” any more.")  # the endpoint has another one as its default by now
    errors = {f"inputs.{name}": [gone % {"name": name}] for name in content["inputs"] if name not in known}
    if errors:
        raise InvalidInput(errors)
    return {name: _binding(known[name], filled(value, tick)) for name, value in content["inputs"].items()}


def _binding(parameter: Parameter, value: Any) -> Binding:
    try:
        return binding_of(parameter.port, value)
    except ValueError as error:
        raise InvalidInput({f"inputs.{parameter.name}": [str(error)]}) from None


def _page_of(workspace: Workspace, content: Mapping[str, Any]) -> str:
    if "published" in content:
        published = PublishedPipeline.objects.filter(pk=content["published"], workspace=workspace).first()
        return reverse("pipelines:published", args=[workspace.name, published.pk]) if published else ""
    if "endpoint" in content:
        endpoint = PipelineEndpoint.objects.filter(pk=content["endpoint"], workspace=workspace).first()
        return reverse("pipelines:endpoint", args=[workspace.name, endpoint.pk]) if endpoint else ""
    run = Run.objects.filter(pk=content["run"], workspace=workspace, deleted_at=None).first()
    return reverse("experiments:run", args=[workspace.name, run.pk]) if run else ""


def _unknown(source: str) -> NotFound:
    message = _(
        "There is no pipeline “%(source)s” here. Name a published pipeline, a pipeline endpoint or a run by its id."
    )
    return NotFound(message % {"source": shown(source)}, field="starts")
