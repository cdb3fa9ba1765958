"""Runs side by side: chosen in a list, and shown."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.core.lists import selected_rows
from apps.experiments import services
from apps.experiments.models import Comparison
from apps.experiments.services.comparing import MOST
from apps.experiments.views.bulk import runs_list
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.roles import Action


@workspace_page(post=Action.RUNS_READ)
def compare_runs(request: WorkspaceRequest, experiment_name: str = "") -> HttpResponse:
    """Put the chosen runs side by side, of all experiments or of one."""
    list_ = runs_list(request, experiment_name)
    chosen = list(selected_rows(request, list_).values_list("pk", flat=True)[: MOST + 1])
    try:
        return redirect(services.create_comparison(actor=request.user, workspace=request.workspace, run_ids=chosen))
    except InvalidInput as error:
        messages.warning(request, error.errors["runs"][0])
        return redirect(f"{list_.path}?{list_.state.restoring}")


@workspace_page(get=Action.RUNS_READ)
def comparison(request: WorkspaceRequest, comparison_id: UUID) -> HttpResponse:
    """Runs side by side."""
    found = get_object_or_404(Comparison, workspace=request.workspace, pk=comparison_id)
    name = request.workspace.name
    request.breadcrumbs = [(_("Runs"), reverse("experiments:runs", args=[name]))]  # type: ignore[attr-defined]
    api = f"/api/v1/workspaces/{name}/comparisons/{found.pk}/"
    context = {"workspace": request.workspace, "count": len(found.runs), "props": {"api": api}}
    return render(request, "experiments/comparison.html", context)
