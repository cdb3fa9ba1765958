"""The list of projects, making one, and a project's page."""

from typing import Any

from django.contrib import messages
from django.db.models.functions import Lower
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.errors import UserError
from apps.core.lists import Empty
from apps.core.markdown import render_markdown
from apps.data.models import Dataset
from apps.labeling.forms import InstructionsForm, ProjectForm
from apps.labeling.lists import ProjectList
from apps.labeling.models import LabelingProject
from apps.labeling.services import counting, projects
from apps.labeling.states import ProjectStatus
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

MOST_OFFERED = 500


@workspace_page(get=Action.LABELING_READ)
def project_list(request: WorkspaceRequest) -> HttpResponseBase:
    """The projects of the workspace."""
    may_write = may(request.membership, Action.LABELING_WRITE)
    new = reverse("labeling:new", args=[request.workspace.name])
    empty = Empty(
        title=_("No labeling projects yet"),
        text=_("A project gives images or text to people to label, and keeps what they say."),
        icon="label",
        action_label=_("New project") if may_write else "",
        action_url=new if may_write else "",
    )
    rows = LabelingProject.objects.filter(workspace=request.workspace).annotate(name_key=Lower("name"))
    list_ = ProjectList(request, rows.defer("dataset__columns"), scope=str(request.workspace.pk), empty=empty)
    return list_.respond("labeling/projects.html", {"workspace": request.workspace, "may_write": may_write})


@workspace_page(get=Action.LABELING_WRITE, post=Action.LABELING_WRITE)
def new(request: WorkspaceRequest) -> HttpResponse:
    """Make a project."""
    datasets = Dataset.objects.filter(workspace=request.workspace, archived_at=None).order_by("-latest_at")
    offered = [(name, name) for name in datasets.values_list("name", flat=True)[:MOST_OFFERED]]
    form = ProjectForm(request.POST if request.method == "POST" else None, datasets=offered)
    if form.is_valid():
        try:
            return redirect(projects.create_project(actor=request.user, workspace=request.workspace, new=form.to_new()))
        except UserError as error:
            form.refuse(error)
    context = {"workspace": request.workspace, "form": form, "has_data": bool(offered)}
    return render(request, "labeling/new.html", context, status=422 if form.errors else 200)


@workspace_page(get=Action.LABELING_READ)
def project(request: WorkspaceRequest, project_name: str) -> HttpResponse:
    """How far a project is. Labelers see its summary, others who did how much as well."""
    found = projects.find_project(request.workspace, project_name)
    inspects = may(request.membership, Action.LABELING_INSPECT)
    context: dict[str, Any] = {
        "workspace": request.workspace,
        "project": found,
        "progress": counting.progress_of([found.pk])[found.pk],
        "labels": found.labels.filter(removed_at=None),
        "instructions": render_markdown(found.instructions),
        "people": counting.people_of(found) if inspects else None,
        "may_write": may(request.membership, Action.LABELING_WRITE),
        "may_label": may(request.membership, Action.LABELING_LABEL),
        "may_inspect": inspects,
        "is_running": found.status == ProjectStatus.RUNNING,
        "is_paused": found.status == ProjectStatus.PAUSED,
    }
    return render(request, "labeling/project.html", context)


@workspace_page(get=Action.LABELING_WRITE, post=Action.LABELING_WRITE)
def edit(request: WorkspaceRequest, project_name: str) -> HttpResponse:
    """Change what labelers are told."""
    found = projects.find_project(request.workspace, project_name)
    sent = request.POST if request.method == "POST" else None
    form = InstructionsForm(sent, initial={"instructions": found.instructions})
    if form.is_valid():
        try:
            return redirect(projects.edit_project(actor=request.user, project=found, **form.cleaned_data))
        except UserError as error:
            form.refuse(error)
    context = {"workspace": request.workspace, "project": found, "form": form}
    return render(request, "labeling/edit.html", context, status=422 if form.errors else 200)


@workspace_page(post=Action.LABELING_WRITE)
def pause(request: WorkspaceRequest, project_name: str, paused: bool) -> HttpResponse:
    """Stop labeling, or let it go on."""
    found = projects.find_project(request.workspace, project_name)
    projects.pause_project(actor=request.user, project=found, paused=paused)
    return redirect(found)


@workspace_page(post=Action.LABELING_WRITE)
def delete(request: WorkspaceRequest, project_name: str) -> HttpResponse:
    """Delete a project with all that was said in it."""
    found = projects.find_project(request.workspace, project_name)
    projects.delete_project(actor=request.user, project=found)
    messages.success(request, _("The labeling project “%(name)s” was deleted.") % {"name": found.name})
    return redirect("labeling:projects", request.workspace.name)
