"""What can be done with a run."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from apps.experiments import services
from apps.experiments.views.shared import find_run
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.roles import Action


@workspace_page(post=Action.RUNS_WRITE)
def cancel(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """Ask the run, and those below it, to stop."""
    run = services.cancel_run(actor=request.user, run=find_run(request, run_id))
    text = _("“%(run)s” has ended.") if run.is_over else _("“%(run)s” was asked to stop.")
    messages.success(request, text % {"run": run})
    return redirect(run)


@workspace_page(post=Action.RUNS_WRITE)
def again(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """Run it again, exactly as it was."""
    run = services.rerun(actor=request.user, run=find_run(request, run_id))
    messages.success(request, _("This is the new run, with the code, environment and inputs of the one before."))
    return redirect(run)


@workspace_page(post=Action.RUNS_WRITE)
def archive(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """Hide the run from lists, or show it there again: the form says which."""
    run = find_run(request, run_id)
    if request.POST.get("archived") == "1":
        services.archive_run(actor=request.user, run=run)
        messages.success(request, _("“%(run)s” is archived.") % {"run": run})
    else:
        services.restore_run(actor=request.user, run=run)
        messages.success(request, _("“%(run)s” is back in the lists.") % {"run": run})
    return redirect(run)


@workspace_page(post=Action.RUNS_WRITE)
def delete(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """Delete the run with its files, metrics and logs."""
    run = find_run(request, run_id)
    services.delete_run(actor=request.user, run=run)
    messages.success(request, _("“%(run)s” is deleted; its files are being freed.") % {"run": run})
    if run.experiment is not None:
        return redirect("experiments:experiment", request.workspace.name, run.experiment.name)
    return redirect("experiments:runs", request.workspace.name)
