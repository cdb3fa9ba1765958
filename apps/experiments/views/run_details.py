"""The parts of a run's page that are edited in place, and the run in the forms that programs read."""

import json
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from apps.core.errors import UserError
from apps.core.markdown import render_markdown
from apps.experiments import services
from apps.experiments.api.serializers import RunDetailSerializer
from apps.experiments.errors import NotRepeatable
from apps.experiments.jobs.export import job_file_of
from apps.experiments.policies import may_be_rerun
from apps.experiments.views.forms import DescriptionForm, DisplayNameForm, TagForm
from apps.experiments.views.shared import find_run
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.roles import Action


@workspace_page(get=Action.RUNS_WRITE, post=Action.RUNS_WRITE)
def display_name(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """Rename the run, in its heading."""
    run = find_run(request, run_id)
    posted = request.method == "POST"
    form = DisplayNameForm(request.POST) if posted else DisplayNameForm(initial={"display_name": run.display_name})
    context = {"workspace": request.workspace, "run": run, "form": form, "may_write": True}
    if posted and form.is_valid():
        try:
            context["run"] = services.edit_run(actor=request.user, run=run, changes=form.cleaned_data)
            return render(request, "experiments/_name.html", context)
        except UserError as error:
            form.refuse(error)
    return render(request, "experiments/_name_form.html", context, status=422 if form.errors else 200)


@workspace_page(get=Action.RUNS_WRITE, post=Action.RUNS_WRITE)
def description(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """Write about the run, in its place on the overview."""
    run = find_run(request, run_id)
    posted = request.method == "POST"
    form = DescriptionForm(request.POST) if posted else DescriptionForm(initial={"description": run.description})
    context = {"workspace": request.workspace, "run": run, "form": form, "may_write": True}
    if posted and form.is_valid():
        try:
            run = services.edit_run(actor=request.user, run=run, changes=form.cleaned_data)
            context["description"] = render_markdown(run.description)
            return render(request, "experiments/_description.html", context)
        except UserError as error:
            form.refuse(error)
    return render(request, "experiments/_description_form.html", context, status=422 if form.errors else 200)


@workspace_page(post=Action.RUNS_WRITE)
def tags(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """Add a tag or take one off."""
    run = find_run(request, run_id)
    form = TagForm(request.POST)
    if form.is_valid():
        present = {tag.name: tag.value for tag in run.tags.all()}
        try:
            services.edit_run(actor=request.user, run=run, changes={"tags": form.applied_to(present)})
        except UserError as error:
            form.add_error("add", str(error.message))
    context = {
        "workspace": request.workspace,
        "run": run,
        "form": form,
        "tags": run.tags.order_by("name"),
        "may_write": True,
    }
    return render(request, "experiments/_tags.html", context, status=422 if form.errors else 200)


@workspace_page(get=Action.RUNS_READ)
def raw_json(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """The run as the API gives it, as text to copy."""
    data = RunDetailSerializer(find_run(request, run_id)).data
    text = json.dumps(data, indent=2, ensure_ascii=False, default=str)
    return render(request, "shell/snippet.html", {"code": text})


@workspace_page(get=Action.RUNS_READ)
def job_file(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """The run as a job file, with which it can be submitted again, as text to copy."""
    run = find_run(request, run_id)
    if not may_be_rerun(run):
        raise NotRepeatable
    return render(request, "shell/snippet.html", {"code": job_file_of(run)})
