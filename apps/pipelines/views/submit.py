"""Submitting pipelines from the browser: by a file, as a changed copy of a run, or again."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from apps.compute.models import ComputeTarget
from apps.core.errors import UserError
from apps.experiments import hooks as run_hooks
from apps.experiments import services as run_services
from apps.experiments.models import Experiment, Run
from apps.experiments.views.code_form import JobFileForm
from apps.experiments.views.kept_code import code_of, keep_upload, kept_context
from apps.pipelines import services
from apps.pipelines.graph.drawing import titles_of
from apps.pipelines.views.clone_form import ClonePipelineForm
from apps.pipelines.views.runs import find_pipeline
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.roles import Action

MOST_SUGGESTED = 200
PIPELINE_FILE = """\
$schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json
type: pipeline
display_name: first-pipeline
experiment_name: first-steps
inputs:
  rows: 100

jobs:
  make:
    type: command
    inputs:
      rows: ${{parent.inputs.rows}}
    outputs:
      table:
        type: uri_folder
    command: >-
      python -c "import pathlib;
      pathlib.Path('${{outputs.table}}/rows.txt').write_text('\\n'.join(map(str, range(${{inputs.rows}}))))"
    environment: azureml:minimal@latest

  add:
    type: command
    inputs:
      table:
        type: uri_folder
        path: ${{parent.jobs.make.outputs.table}}
    outputs:
      sum:
        type: uri_folder
    command: >-
      python -c "import pathlib;
      rows = pathlib.Path('${{inputs.table}}/rows.txt').read_text().split();
      pathlib.Path('${{outputs.sum}}/sum.txt').write_text(str(sum(map(int, rows))))"
    environment: azureml:minimal@latest

  report:
    type: command
    inputs:
      sum:
        type: uri_folder
        path: ${{parent.jobs.add.outputs.sum}}
    command: >-
      python -c "import pathlib; print('The sum is', pathlib.Path('${{inputs.sum}}/sum.txt').read_text())"
    environment: azureml:minimal@latest
"""


@workspace_page(get=Action.RUNS_WRITE, post=Action.RUNS_WRITE)
def new(request: WorkspaceRequest) -> HttpResponse:
    """Submit a pipeline by its file, pasted or chosen, with its code."""
    if request.method != "POST":
        return _show_new(request, JobFileForm(initial={"code_from": "none", "job": PIPELINE_FILE}))
    data, refusal = keep_upload(request)
    form = JobFileForm(data, request.FILES)
    if refusal:
        form.add_error("upload", refusal)
    if form.is_valid():
        try:
            run = run_services.submit_file(
                actor=request.user,
                workspace=request.workspace,
                text=form.cleaned_data["job"],
                snapshot=code_of(request.workspace, form),
            )
        except UserError as error:
            form.refuse(error)
        else:
            return _submitted(request, run)
    return _show_new(request, form, status=422)


def _show_new(request: WorkspaceRequest, form: JobFileForm, status: int = 200) -> HttpResponse:
    context = {"workspace": request.workspace, "form": form, **kept_context(request.workspace, form)}
    return render(request, "pipelines/runs/new.html", context, status=status)


@workspace_page(get=Action.RUNS_WRITE, post=Action.RUNS_WRITE)
def clone(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """Run a pipeline again with other inputs or settings; before that, say of each step whether it will run."""
    run, _pipeline = find_pipeline(request, run_id)
    if request.method != "POST":
        form = _form_of(request, run)
        return _show_clone(request, run, form)
    form = _form_of(request, run, request.POST)
    if form.is_valid():
        try:
            made = services.submit_pipeline(
                actor=request.user,
                workspace=request.workspace,
                graph=form.graph,
                inputs=form.bindings(),
                experiment_name=form.cleaned_data["experiment"],
                display_name=form.cleaned_data["display_name"],
                settings=form.settings(),
                rerun_of=run,
            )
        except UserError as error:
            form.refuse(error)
        else:
            return _submitted(request, made)
    return _show_clone(request, run, form, status=422)


def _form_of(request: WorkspaceRequest, run: Run, data: Any = None) -> ClonePipelineForm:
    graph, given, settings = services.clone_of(run)
    targets = ComputeTarget.objects.filter(workspace=request.workspace).order_by("name")
    return ClonePipelineForm(
        data,
        graph=graph,
        given=given,
        targets=[(name, name) for name in targets.values_list("name", flat=True)],
        initial={
            "display_name": run.display_name,
            "experiment": run.experiment.name if run.experiment else "",
            "continue_on_step_failure": settings.continue_on_step_failure,
            "force_rerun": settings.force_rerun,
        },
    )


def _show_clone(request: WorkspaceRequest, run: Run, form: ClonePipelineForm, status: int = 200) -> HttpResponse:
    names = Experiment.objects.filter(workspace=request.workspace, archived_at=None).order_by("-last_run_at", "name")
    choices = [choice for found in run_hooks.data_choices(request.workspace, "") for choice in found]
    context = {
        "workspace": request.workspace,
        "origin": run,
        "form": form,
        "experiments": names.values_list("name", flat=True)[:MOST_SUGGESTED],
        "data_choices": choices,
    }
    return render(request, "pipelines/runs/clone.html", context, status=status)


@workspace_page(post=Action.RUNS_WRITE)
def plan(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """What each step of the form's pipeline would do, and why; for htmx. Nothing is submitted."""
    run, _pipeline = find_pipeline(request, run_id)
    form = _form_of(request, run, request.POST)
    context: dict[str, Any] = {"workspace": request.workspace}
    if form.is_valid():
        try:
            planned = services.plan_pipeline(
                actor=request.user,
                workspace=request.workspace,
                graph=form.graph,
                inputs=form.bindings(),
                settings=form.settings(),
            )
            titles = titles_of(form.graph)
            context["planned"] = [(titles.get(one.node, one.node), one) for one in planned]
            context["reused"] = sum(one.will == "reuse" for one in planned)
        except UserError as error:
            form.refuse(error)
    if form.errors:
        context["problems"] = [
            (form[name].label if name in form.fields else "", found) for name, found in form.errors.items()
        ]
    return render(request, "pipelines/runs/_plan.html", context)


@workspace_page(post=Action.RUNS_WRITE)
def resubmit(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """Run a pipeline again: ``?how=all`` what changed, ``failed`` what had not succeeded, ``forced`` everything."""
    run, _pipeline = find_pipeline(request, run_id)
    how = request.GET.get("how", "all")
    if how == "failed":
        made = services.resume_pipeline(request.user, run)
    elif how in {"all", "forced"}:
        made = services.resubmit_pipeline(actor=request.user, run=run, force=how == "forced")
    else:
        raise Http404
    return _submitted(request, made)


def _submitted(request: WorkspaceRequest, run: Run) -> HttpResponse:
    messages.success(request, _("“%(run)s” is submitted.") % {"run": run})
    return redirect(run)
