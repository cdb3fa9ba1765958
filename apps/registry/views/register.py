"""Register a model: of files that are uploaded, or of files of a run."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import CharField, Value
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.errors import UserError
from apps.core.lists import Empty
from apps.data.models import Upload
from apps.data.services import suggest_name
from apps.data.states import UploadState
from apps.experiments.models import Run, RunFile
from apps.registry import services
from apps.registry.choosing import Choice, choices_of, guess_in_words, obvious_of, without_common_folder
from apps.registry.forms import RegisterForm
from apps.registry.lists import RunChoiceList
from apps.registry.models import RegisteredModel
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

FORM = "register-upload"
MOST_WAITING = 5
MOST_NAMES = 200
MOST_PATHS = 20_000


@workspace_page(get=Action.MODELS_WRITE, post=Action.MODELS_WRITE)
def upload(request: WorkspaceRequest) -> HttpResponse:
    """Choose files and send them; the island posts the upload once it is complete."""
    model = request.POST.get("model", "") or request.GET.get("model", "")
    if request.method == "POST":
        try:
            found = _find_upload(request, request.POST.get("upload", ""))
        except Http404:
            messages.error(request, _("This upload is not complete, or is no longer there. Choose the files again."))
            return redirect("registry:register", request.workspace.name)
        return redirect(
            _with_model(reverse("registry:register-upload", args=[request.workspace.name, found.pk]), model)
        )
    waiting = Upload.objects.filter(
        workspace=request.workspace, created_by=request.user, state=UploadState.COMPLETE
    ).order_by("-active_at")
    context = {
        "model_name": model,
        "form_id": FORM,
        "props": {"api": f"/api/v1/workspaces/{request.workspace.name}/uploads/", "form": FORM},
        "waiting": waiting[:MOST_WAITING],
    }
    return render(request, "registry/register_upload.html", _context(request, "register", model) | context)


@workspace_page(get=Action.MODELS_WRITE, post=Action.MODELS_WRITE)
def from_upload(request: WorkspaceRequest, upload_id: UUID) -> HttpResponse:
    """Name what was uploaded, and register it."""
    found = _find_upload(request, upload_id)
    paths = list(found.files.order_by("path").values_list("path", flat=True)[:MOST_PATHS])
    initial = {"name": request.GET.get("model", "") or suggest_name(found)}
    form = RegisterForm(request.POST) if request.method == "POST" else RegisterForm(initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            version = services.register_from_upload(
                actor=request.user,
                workspace=request.workspace,
                name=form.cleaned_data["name"],
                upload=found,
                **form.said(),
            )
        except UserError as error:
            form.refuse(error)
        else:
            messages.success(request, _("%(version)s is registered.") % {"version": version.reference})
            return redirect(version)
    context = {"form": form, "upload": found, "guess": guess_in_words(without_common_folder(paths))}
    return _details(request, form, _context(request, "register", request.GET.get("model", "")) | context)


@workspace_page(get=Action.MODELS_WRITE)
def runs(request: WorkspaceRequest) -> HttpResponseBase:
    """Choose a run that left files."""
    model = request.GET.get("model", "")
    rows = Run.objects.filter(workspace=request.workspace, deleted_at=None, archived_at=None, output_bytes__gt=0)
    list_ = RunChoiceList(
        request,
        rows.of_users().annotate(for_model=Value(model, output_field=CharField())),
        scope=str(request.workspace.pk),
        may_share_views=may(request.membership, Action.VIEWS_SHARE),
        empty=Empty(
            _("No run has left files yet"),
            _("What a program writes into the folder outputs/ is kept with its run, and can become a model here."),
            icon="jobs",
            action_label=_("Submit a run"),
            action_url=reverse("experiments:new-run", args=[request.workspace.name]),
        ),
    )
    return list_.respond("registry/register_runs.html", _context(request, "register-runs", model))


@workspace_page(get=Action.MODELS_WRITE, post=Action.MODELS_WRITE)
def from_run(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """Choose a file or folder of a run, name it, and register it."""
    run = _find_run(request, run_id)
    files = _files_of(run)
    asked = (request.POST.get("path") or request.GET.get("path", "")).strip("/")
    choices = choices_of(files, asked)
    path = asked or obvious_of(files)
    labels = [(choice.path, _label(choice)) for choice in choices]
    if request.method == "POST":
        form = RegisterForm(request.POST, paths=labels)
    else:
        name = request.GET.get("model", "") or (run.experiment.name if run.experiment else "")
        form = RegisterForm(paths=labels, initial={"name": name, "path": path})
    if request.method == "POST" and form.is_valid():
        try:
            version = services.register_from_run(
                actor=request.user,
                workspace=request.workspace,
                name=form.cleaned_data["name"],
                run=run,
                path=form.cleaned_data["path"],
                **form.said(),
            )
        except UserError as error:
            form.refuse(error)
        else:
            messages.success(request, _("%(version)s is registered.") % {"version": version.reference})
            return redirect(version)
    context = {"form": form, "run": run, "has_files": bool(files), "guess": guess_in_words(_below(files, path))}
    return _details(request, form, _context(request, "register-runs", request.GET.get("model", "")) | context)


@workspace_page(get=Action.MODELS_WRITE)
def guess(request: WorkspaceRequest, run_id: UUID) -> HttpResponse:
    """What the files of a run under a path seem to be."""
    run = _find_run(request, run_id)
    words = guess_in_words(_below(_files_of(run), request.GET.get("path", "").strip("/")))
    return render(request, "registry/_guess.html", {"guess": words})


def _details(request: WorkspaceRequest, form: RegisterForm, context: dict[str, Any]) -> HttpResponse:
    recent = RegisteredModel.objects.filter(workspace=request.workspace, archived_at=None).order_by("-latest_at")
    context["names"] = recent.values_list("name", flat=True)[:MOST_NAMES]
    return render(request, "registry/register.html", context, status=422 if form.errors else 200)


def _files_of(run: Run) -> dict[str, int]:
    """Return the files of a run with their sizes in bytes."""
    return dict(RunFile.objects.filter(run=run).order_by("path").values_list("path", "size")[:MOST_PATHS])


def _below(files: dict[str, int], path: str) -> list[str]:
    """Return the paths of what would be registered, as the version would have them."""
    if path in files:
        return [path.rpartition("/")[2]]
    prefix = f"{path}/" if path else ""
    return [name.removeprefix(prefix) for name in files if name.startswith(prefix)]


def _label(choice: Choice) -> str:
    size = filesizeformat(choice.size)
    if not choice.is_folder:
        return f"{choice.path} · {size}"
    text = ngettext("%(path)s/ · %(count)d file, %(size)s", "%(path)s/ · %(count)d files, %(size)s", choice.files)
    return text % {"path": choice.path, "count": choice.files, "size": size}


def _find_run(request: WorkspaceRequest, run_id: UUID) -> Run:
    rows = Run.objects.filter(workspace=request.workspace, deleted_at=None).of_users()
    run: Run = get_object_or_404(rows.select_related("experiment"), pk=run_id)
    run.workspace = request.workspace
    return run


def _find_upload(request: WorkspaceRequest, upload_id: UUID | str) -> Upload:
    """Return a complete upload of the workspace.

    Raises:
        Http404: there is none; it may have become something else meanwhile.
    """
    rows = Upload.objects.filter(workspace=request.workspace, state=UploadState.COMPLETE)
    try:
        found = rows.select_related("workspace", "datastore").filter(pk=UUID(str(upload_id))).first()
    except ValueError as error:
        raise Http404 from error
    if found is None:
        raise Http404
    return found


def _with_model(address: str, model: str) -> str:
    return f"{address}?{urlencode({'model': model})}" if model else address


def _context(request: WorkspaceRequest, tab: str, model: str) -> dict[str, Any]:
    """Return what each step has. Args: model: the name of the model whose next version it becomes, or empty."""
    ways = (("register-runs", _("From a run")), ("register", _("Upload")))
    return {
        "workspace": request.workspace,
        "model_name": model,
        "tabs": [
            {
                "label": label,
                "url": _with_model(reverse(f"registry:{name}", args=[request.workspace.name]), model),
                "is_current": name == tab,
            }
            for name, label in ways
        ],
    }
