"""The page of an experiment."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.errors import UserError
from apps.core.markdown import render_markdown
from apps.experiments import services
from apps.experiments.views.forms import ExperimentForm
from apps.experiments.views.lists import runs_of
from apps.experiments.views.shared import find_experiment
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.roles import Action


@workspace_page(get=Action.RUNS_READ)
def experiment(request: WorkspaceRequest, experiment_name: str) -> HttpResponseBase:
    """What the experiment is about, and its runs."""
    found = find_experiment(request, experiment_name)
    context = {
        "workspace": request.workspace,
        "experiment": found,
        "description": render_markdown(found.description),
    }
    return runs_of(request, found).respond("experiments/experiment.html", context)


@workspace_page(get=Action.RUNS_WRITE, post=Action.RUNS_WRITE)
def edit(request: WorkspaceRequest, experiment_name: str) -> HttpResponse:
    """Change the description and the tags."""
    found = find_experiment(request, experiment_name)
    request.breadcrumbs = [(found.name, found.get_absolute_url())]  # type: ignore[attr-defined]
    initial = {"description": found.description, "tags": found.tags}
    form = ExperimentForm(request.POST) if request.method == "POST" else ExperimentForm(initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_experiment(actor=request.user, experiment=found, changes=form.cleaned_data)
        except UserError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved."))
            return redirect(found)
    context = {"workspace": request.workspace, "experiment": found, "form": form}
    return render(request, "experiments/experiment_edit.html", context, status=422 if form.errors else 200)


@workspace_page(post=Action.RUNS_WRITE)
def archive(request: WorkspaceRequest, experiment_name: str) -> HttpResponse:
    """Hide the experiment from lists, or show it there again: the form says which."""
    found = find_experiment(request, experiment_name)
    if request.POST.get("archived") == "1":
        services.archive_experiment(actor=request.user, experiment=found)
        messages.success(request, _("“%(name)s” is archived. Its runs stay as they are.") % {"name": found.name})
        return redirect(reverse("experiments:experiments", args=[request.workspace.name]))
    services.restore_experiment(actor=request.user, experiment=found)
    messages.success(request, _("“%(name)s” is back in the lists.") % {"name": found.name})
    return redirect(found)
