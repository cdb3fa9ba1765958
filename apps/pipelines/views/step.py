"""One step of a pipeline run: beside the graph, and as a page of its own."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.experiments.models import Run, RunKind
from apps.experiments.services import data_of
from apps.experiments.views.failure import failure_of
from apps.experiments.views.run import (
    charts_props,
    environment_url,
    files_props,
    git_of,
    log_props,
    numbers_of,
)
from apps.experiments.views.run_data import inputs_of, outputs_of
from apps.experiments.views.shared import api_of, wants_part
from apps.pipelines.graph import values
from apps.pipelines.graph.drawing import titles_of
from apps.pipelines.graph.types import Binding, Component, FromData, FromNode, FromPipeline, Graph, Node, Value
from apps.pipelines.models import PipelineRun, Step
from apps.pipelines.services import words
from apps.pipelines.services.shown import given_to, page_of
from apps.pipelines.states import ENDED, SUCCEEDED, StepState
from apps.pipelines.step_rows import reason_of, status_of
from apps.pipelines.views.runs import find_pipeline, run_page
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.roles import Action

MOST_CHILDREN = 50
CHANGED_AT_END = frozenset({"overview", "data"})
TABS = {
    "overview": gettext_lazy("Overview"),
    "parameters": gettext_lazy("Parameters"),
    "data": gettext_lazy("Inputs and outputs"),
    "logs": gettext_lazy("Logs"),
    "metrics": gettext_lazy("Metrics"),
    "code": gettext_lazy("Code"),
    "children": gettext_lazy("Child runs"),
}


@dataclass(frozen=True)
class ShownTab:
    """A tab of a step."""

    key: str
    label: str
    url: str
    is_current: bool


@dataclass(frozen=True)
class ShownBinding:
    """What an input of a step gets. ``source``: in words where it comes from; ``step``: the node that leaves it."""

    name: str
    type: str
    text: str
    source: str = ""
    url: str = ""
    step: str = ""


@workspace_page(get=Action.RUNS_READ)
def step(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """The step that ``?key=`` names, at ``?tab=``; without it, all of them.

    For htmx it alone, with ``?part=state`` only how far it is.
    """
    run, pipeline = find_pipeline(request, run_id)
    key = request.GET.get("key", "")
    if not key:
        return redirect("pipelines:steps", request.workspace.name, run.pk)
    if "\x00" in key:  # PostgreSQL refuses it
        raise Http404
    found = Step.objects.filter(pipeline=pipeline, key=key).select_related(
        "run__workspace", "run__target", "run__experiment", "run__order__agent", "run__snapshot"
    )
    one = found.defer("plan").first()
    graph, given = given_to(pipeline)
    if one is None or key not in graph.nodes:
        raise Http404
    tab = request.GET.get("tab", "")
    context = _step_context(request, one, pipeline, graph, tab if tab in TABS else "overview")
    if request.GET.get("part") == "state" and wants_part(request):
        return _state(request, context)
    context.update(_CONTENTS[context["tab"]](request, context, given))
    if wants_part(request):
        return render(request, "pipelines/runs/_step.html", context)
    page = run_page(request, run, "pipeline-steps")
    return render(request, "pipelines/runs/step.html", {**page, **context, "run": run, "is_page": True})


def _state(request: WorkspaceRequest, context: dict[str, Any]) -> HttpResponse:
    """Answer with how far the step is. Where that changes what stands below, have all of it loaded: not a log that is read."""
    one: Step = context["step"]
    is_other_run = request.GET.get("run", "") != str(one.run_id or "")
    if is_other_run or (one.state in ENDED and context["tab"] in CHANGED_AT_END):
        return HttpResponse(headers={"HX-Reswap": "none", "HX-Trigger": "step-reload"})
    return render(request, "pipelines/runs/_step_state.html", context)


def _step_context(
    request: WorkspaceRequest, one: Step, pipeline: PipelineRun, graph: Graph, tab: str
) -> dict[str, Any]:
    """Return what every tab of a step shows. ``step_run`` is the run that carried it out, even if that was an earlier one."""
    node = graph.nodes[one.key]
    component = graph.components[node.component]
    address = reverse("pipelines:step", args=[request.workspace.name, pipeline.run.pk])
    step_run = one.run if one.run is not None and one.run.deleted_at is None else None
    if step_run is not None:
        step_run.workspace = request.workspace
    names = [name for name in TABS if name != "children" or _has_children(step_run)]
    tabs = [
        ShownTab(name, str(TABS[name]), f"{address}?{urlencode({'key': one.key, 'tab': name})}", name == tab)
        for name in names
    ]
    return {
        "workspace": request.workspace,
        "pipeline_run": pipeline.run,
        "step": one,
        "step_run": step_run,
        "graph": graph,
        "node": node,
        "component": component,
        "component_url": _component_url(request, component),
        "title": titles_of(graph)[one.key],
        "status": status_of(one),
        "reason": _waits_for(one) if one.state == StepState.WAITING else reason_of(one),
        "is_reused": one.state == StepState.REUSED,
        "is_over": one.state in ENDED,
        "is_nested": step_run is not None and step_run.kind == RunKind.PIPELINE,
        "tab": tab,
        "tabs_of_step": tabs,
        "url": f"{address}?{urlencode({'key': one.key, 'tab': tab})}",
        "graph_url": f"{pipeline.run.get_absolute_url()}?{urlencode({'step': one.key})}",
    }


def _waits_for(one: Step) -> str:
    before = Step.objects.filter(followers__after=one).exclude(state__in=SUCCEEDED).order_by("number")
    return one.reason or words.waits_for(list(before.values_list("key", flat=True)))


def _has_children(run: Run | None) -> bool:
    return run is not None and run.children.filter(deleted_at=None).exists()


def _component_url(request: WorkspaceRequest, component: Component) -> str:
    name, _colon, version = component.reference.partition(":")
    if not version:
        return ""
    return reverse("pipelines:component", args=[request.workspace.name, name]) + f"?{urlencode({'version': version})}"


# --- What stands on the tabs ---


def _overview(request: WorkspaceRequest, context: dict[str, Any], given: dict[str, Binding]) -> dict[str, Any]:
    run: Run | None = context["step_run"]
    if run is None:
        return {}
    environment = run.config.get("environment") or {}
    name = str(environment.get("name") or environment.get("reference") or "")
    return {
        "environment": name,
        "environment_url": environment_url(request.workspace, name),
        # Of a reused step the earlier run succeeded; of others the page of the run says the same.
        "failure": failure_of(run) if not context["is_nested"] else None,
    }


def _parameters(request: WorkspaceRequest, context: dict[str, Any], given: dict[str, Binding]) -> dict[str, Any]:
    literals, _data = _bindings(request, context, given)
    node: Node = context["node"]
    component: Component = context["component"]
    return {
        "literals": literals,
        "variables": {**component.variables, **node.variables},
        "limits": {**component.limits, **node.limits},
    }


def _data(request: WorkspaceRequest, context: dict[str, Any], given: dict[str, Binding]) -> dict[str, Any]:
    run: Run | None = context["step_run"]
    _literals, bindings = _bindings(request, context, given)
    shown: dict[str, Any] = {"bindings": bindings, "ports": context["component"].outputs}
    if run is not None:
        rows = data_of(run)
        shown["read"] = {row.name: row for row in inputs_of(run, rows)}
        shown["outputs"] = outputs_of(run, rows)
        shown["files_props"] = files_props(request, run)
    return shown


def _bindings(
    request: WorkspaceRequest, context: dict[str, Any], given: dict[str, Binding]
) -> tuple[list[ShownBinding], list[ShownBinding]]:
    """Return what the inputs get: first values, then data."""
    graph: Graph = context["graph"]
    node: Node = context["node"]
    component: Component = context["component"]
    try:
        resolved = values.resolve_inputs(graph, context["step"].key, given)
    except values.BadValue:  # said when it was submitted
        resolved = dict(node.inputs)
    titles = titles_of(graph)
    literals: list[ShownBinding] = []
    data: list[ShownBinding] = []
    for name, port in component.inputs.items():
        written, got = node.inputs.get(name), resolved.get(name)
        source = (
            _("input %(name)s of the pipeline") % {"name": written.input} if isinstance(written, FromPipeline) else ""
        )
        if isinstance(got, FromNode):
            text = f"{titles.get(got.node, got.node)} → {got.output}"
            url = f"{context['pipeline_run'].get_absolute_url()}?{urlencode({'step': got.node})}"
            data.append(ShownBinding(name, port.type, text, source, url, got.node))
        elif isinstance(got, FromData):
            url = page_of(request.workspace.name, got.path, got.type)
            data.append(ShownBinding(name, port.type, got.path.removeprefix("azureml:"), source, url))
        elif not port.is_literal:
            data.append(ShownBinding(name, port.type, _("nothing, it is optional"), source))
        else:
            source = source or ("" if written is not None else _("default"))
            text = values.literal_text(got.value) if isinstance(got, Value) else "–"
            literals.append(ShownBinding(name, port.type, text, source))
    return literals, data


def _logs(request: WorkspaceRequest, context: dict[str, Any], given: dict[str, Binding]) -> dict[str, Any]:
    run: Run | None = context["step_run"]
    return {"log_props": log_props(request, run)} if run is not None else {}


def _metrics(request: WorkspaceRequest, context: dict[str, Any], given: dict[str, Binding]) -> dict[str, Any]:
    run: Run | None = context["step_run"]
    if run is None:
        return {}
    numbers = [numbers_of(metric) for metric in run.metrics.filter(is_system=False).order_by("name")[:100]]
    return {"numbers": numbers, "charts_props": charts_props(request, run)}


def _code(request: WorkspaceRequest, context: dict[str, Any], given: dict[str, Binding]) -> dict[str, Any]:
    run: Run | None = context["step_run"]
    shown: dict[str, Any] = {"command": context["component"].command}
    if run is not None:
        shown["git"] = git_of(run)
        shown["command"] = run.config.get("command") or shown["command"]
        shown["code_props"] = {"api": f"{api_of(request, run)}code/", "mode": "code"} if run.snapshot_id else None
    return shown


def _children(request: WorkspaceRequest, context: dict[str, Any], given: dict[str, Binding]) -> dict[str, Any]:
    run: Run | None = context["step_run"]
    if run is None:
        return {}
    rows = run.children.filter(deleted_at=None).select_related("workspace").order_by("created_at", "id")
    children = list(rows[: MOST_CHILDREN + 1])
    return {"children": children[:MOST_CHILDREN], "has_more_children": len(children) > MOST_CHILDREN}


_CONTENTS = {
    "overview": _overview,
    "parameters": _parameters,
    "data": _data,
    "logs": _logs,
    "metrics": _metrics,
    "code": _code,
    "children": _children,
}
