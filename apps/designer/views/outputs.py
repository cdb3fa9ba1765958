"""A page that shows what a step of a pipeline has left, and makes a dataset of it."""

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.errors import UserError
from apps.data.models import Dataset
from apps.designer import looking
from apps.designer.looking import Output
from apps.designer.services import outputs
from apps.experiments.models import Run
from apps.experiments.views.shared import api_of, breadcrumbs, find_run
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.forms import StudioForm
from apps.workspaces.policies import may
from apps.workspaces.roles import Action
from mlstudio.components.core.declaring import ANY, MODEL, TABLE

MOST_NAMES: Final = 200


class RegisterForm(StudioForm):
    """What the dataset is called."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=255,
        validators=Dataset._meta.get_field("name").validators,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "class": "mono", "list": "dataset-names"}
        ),
        help_text=gettext_lazy("A name that is there already gets its next version."),
    )


@workspace_page(get=Action.RUNS_READ)
def output(request: WorkspaceRequest, run_id: UUID, output_name: str) -> HttpResponse:
    """What is in an output of a run."""
    run = find_run(request, run_id)
    found = looking.find_output(run, output_name)
    return _page(request, found, RegisterForm())


@workspace_page(post=Action.DATA_WRITE)
def register(request: WorkspaceRequest, run_id: UUID, output_name: str) -> HttpResponse:
    """Make a dataset of an output of a run."""
    found = looking.find_output(find_run(request, run_id), output_name)
    form = RegisterForm(request.POST)
    if form.is_valid():
        try:
            version = outputs.register_dataset(actor=request.user, output=found, name=form.cleaned_data["name"])
        except UserError as error:
            form.refuse(error)
        else:
            messages.success(request, _("%(version)s is registered.") % {"version": version.reference})
            return redirect(version)
    return _page(request, found, form)


def _page(request: WorkspaceRequest, found: Output, form: RegisterForm) -> HttpResponse:
    run: Run = found.run
    way = [*breadcrumbs(request, run), (str(run), run.get_absolute_url())]
    request.breadcrumbs = way  # type: ignore[attr-defined]
    request.navigation_path = reverse("experiments:experiments", args=[request.workspace.name])  # type: ignore[attr-defined]
    files_api = f"{api_of(request, run)}files/"
    model_url = reverse("registry:register-run", args=[request.workspace.name, run.pk])
    single = found.parts.get("data.parquet") if found.type == TABLE else None
    download = f"content/?{urlencode({'path': single.path, 'raw': 1})}" if single else f"zip/?prefix={found.path}"
    names = Dataset.objects.filter(workspace=request.workspace, archived_at=None).order_by("-latest_at")
    context: dict[str, Any] = {
        "workspace": request.workspace,
        "run": run,
        "output": found,
        "form": form,
        "names": names.values_list("name", flat=True)[:MOST_NAMES],
        "download_url": f"{files_api}{download}",
        "is_table": found.type == TABLE,
        "may_register_dataset": found.type in {TABLE, ANY} and may(request.membership, Action.DATA_WRITE),
        "may_register_model": found.type == MODEL and may(request.membership, Action.MODELS_WRITE),
        "model_url": f"{model_url}?{urlencode({'path': found.path})}",
        "props": {
            "api": f"{api_of(request, run)}designer-outputs/{found.name}/",
            "filesApi": files_api,
            "filesUrl": reverse("experiments:run-logs", args=[request.workspace.name, run.pk]),
        },
    }
    return render(request, "designer/outputs/output.html", context, status=422 if form.errors else 200)
