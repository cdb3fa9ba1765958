"""The form that runs a published pipeline, for endpoints and for published pipelines by themselves."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from apps.core.errors import UserError
from apps.pipelines.forms import SubmitForm
from apps.pipelines.models import PipelineEndpoint, PublishedPipeline
from apps.pipelines.services.publishing import Call, parameters_of, submit_published
from apps.workspaces.access import WorkspaceRequest

SOURCE = "Designer"


def show_submit(
    request: WorkspaceRequest, published: PublishedPipeline, endpoint: PipelineEndpoint | None, context: dict[str, Any]
) -> HttpResponse:
    """Show the form, or submit what was posted. Args: context: what the page has beside the form."""
    parameters = parameters_of(published)
    if request.method == "POST":
        form = SubmitForm(request.POST, parameters=parameters)
    else:
        form = SubmitForm(parameters=parameters, initial={"experiment_name": published.experiment_name})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        call = Call(
            inputs=form.bindings,
            places=form.places,
            experiment_name=given["experiment_name"],
            display_name=given["display_name"],
            description=given["description"],
            tags=given["tags"],
            continue_on_step_failure=True if given["continue_on_step_failure"] else None,
            source=SOURCE,
        )
        try:
            run = submit_published(actor=request.user, published=published, call=call, endpoint=endpoint)
        except UserError as error:
            form.refuse(error)
        else:
            messages.success(request, _("“%(run)s” is submitted.") % {"run": run})
            return redirect(run)
    context |= {"workspace": request.workspace, "published": published, "endpoint": endpoint, "form": form}
    return render(request, "pipelines/endpoints/submit.html", context, status=422 if form.errors else 200)
