"""Deploy what a run has left: its files become a model, and the model answers, by one form."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from apps.core.errors import UserError
from apps.endpoints.forms import DeployRunForm
from apps.endpoints.views import guesses
from apps.endpoints.views.deploy import context_of, deploy_model, posted
from apps.experiments.models import Run, RunFile
from apps.registry.choosing import Choice, choices_of, guess_in_words, obvious_of
from apps.registry.guessing import guess_framework, guess_type
from apps.registry.models import ModelVersion, RegisteredModel
from apps.registry.services import register_from_run
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.roles import Action

MOST_PATHS = 20_000


@workspace_page(get=Action.ENDPOINTS_WRITE, post=Action.ENDPOINTS_WRITE)
def deploy_run(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """Choose a file or folder of a run, and say where it shall answer."""
    rows = Run.objects.filter(workspace=request.workspace, deleted_at=None).of_users().select_related("experiment")
    run = get_object_or_404(rows, pk=run_id)
    files = dict(RunFile.objects.filter(run=run).order_by("path").values_list("path", "size")[:MOST_PATHS])
    asked = (request.POST.get("path") or request.GET.get("path", "")).strip("/")
    path = asked or obvious_of(files)
    paths = below(files, path)
    name = run.experiment.name if run.experiment else path.rpartition("/")[2]
    model = _would_be(request, run, name, paths)
    start = {"path": path, "model_name": name, **guesses.names_for(request.workspace, name)}
    choices = guesses.choices_for(request.workspace, model)
    choices["paths"] = [(choice.path, label_of(choice)) for choice in choices_of(files, asked)]
    form = posted(request, DeployRunForm, start | guesses.start_of(model, paths), choices)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():  # where it cannot be deployed it is not registered either
                version = register_from_run(
                    actor=request.user, workspace=request.workspace, name=form.cleaned_data["model_name"], run=run,
                    path=form.cleaned_data["path"], once=True,
                )  # fmt: skip
                endpoint = deploy_model(request, version, form)
        except UserError as error:
            form.refuse(error)
        else:
            words = _("%(model)s is registered, and on its way to the endpoint. This page says how far it is.")
            messages.success(request, words % {"model": version.reference})
            return redirect(endpoint)
    context = context_of(request, form) | {
        "run": run,
        "guess": guess_in_words(paths),
        "names": guesses.endpoint_names(request.workspace),
        "model_names": guesses.model_names(request.workspace),
    }
    return render(request, "endpoints/deploy_run.html", context, status=422 if form.errors else 200)


def below(files: dict[str, int], path: str) -> list[str]:
    """Return the paths of what would be registered, as the version would have them."""
    if path in files:
        return [path.rpartition("/")[2]]
    return [name.removeprefix(f"{path}/") for name in files if name.startswith(f"{path}/")]


def label_of(choice: Choice) -> str:
    """Return a file or folder in words."""
    return f"{choice.path}{'/' if choice.is_folder else ''} · {filesizeformat(choice.size)}"


def _would_be(request: WorkspaceRequest, run: Run, name: str, paths: list[str]) -> ModelVersion:
    """Return the version that these files would make, as far as guesses need it; it is not stored."""
    environment = (run.config.get("environment") or {}).get("name") or ""
    return ModelVersion(
        model=RegisteredModel(workspace=request.workspace, name=name),
        type=guess_type(paths),
        framework=guess_framework(paths, {})[0],
        environment=environment,
    )
