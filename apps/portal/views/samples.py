"""The samples: what there is, and one click to run one."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from apps.core.errors import UserError
from apps.core.markdown import render_markdown
from apps.experiments import services
from apps.experiments.models import Run
from apps.portal.samples import SAMPLES, Sample, find
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action


@workspace_page(get=Action.RUNS_READ)
def samples(request: WorkspaceRequest) -> HttpResponse:
    """Show each sample with what it shows, how long it takes, and how it went here the last time."""
    shown = [
        {"sample": sample, "about": render_markdown(sample.about), "last": last_run(request.workspace, sample)}
        for sample in SAMPLES
    ]
    return render(request, "portal/samples.html", {"workspace": request.workspace, "samples": shown})


@workspace_page(post=Action.RUNS_WRITE)
def run_sample(request: WorkspaceRequest, sample_name: str) -> HttpResponse:
    """Submit a sample as it is, and lead to its run."""
    sample = find(sample_name)
    if sample is None:
        raise Http404
    try:
        run = services.submit_file(
            actor=request.user,
            workspace=request.workspace,
            text=sample.job_file,
            snapshot=services.store_snapshot(request.workspace, sample.pack()),
        )
    except UserError as error:  # its environment was archived or cannot be built, or the target is gone
        messages.error(request, str(error))
        return redirect("portal:samples", request.workspace.name)
    messages.success(request, _("“%(run)s” is submitted.") % {"run": run})
    return redirect(run)


def last_run(workspace: Workspace, sample: Sample) -> Run | None:
    """Return the newest run of a sample, by whoever."""
    runs = Run.objects.filter(
        experiment__workspace=workspace, experiment__name=sample.experiment_name, parent=None, deleted_at=None
    )
    return runs.order_by("-created_at", "-id").first()
