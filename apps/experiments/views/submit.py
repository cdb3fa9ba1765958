"""Submitting a run from the browser: by the form, or by a job file."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.compute.models import LOCAL, ComputeTarget
from apps.compute.services import ensure_local
from apps.compute.states import WorkState
from apps.core.errors import UserError
from apps.experiments import hooks, services
from apps.experiments.models import Experiment, Run, Snapshot
from apps.experiments.services import CommandJob
from apps.experiments.services.config import DATA_TYPES, INPUT_MODES
from apps.experiments.services.submit import resolve
from apps.experiments.snapshots.reading import file_of
from apps.experiments.views.code_form import SCRIPT_NAME, JobFileForm
from apps.experiments.views.job_form import NewRunForm, Prefilled, prefilled_from
from apps.experiments.views.job_rows import INPUT_GROUPS, OUTPUT_GROUPS, InputRow, posted_inputs
from apps.experiments.views.kept_code import code_of, keep_upload, kept_context, sign_kept
from apps.experiments.views.shared import find_run
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action

EXAMPLE = Path(__file__).parents[1] / "example_job" / "train.py"
READING = EXAMPLE.with_name("read.py")
EXAMPLE_NAME = "train.py"
MOST_TEXTS = 5
MOST_SUGGESTED = 200
JOB_FILE = """\
$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
command: {command}
code: .
environment: minimal@latest
experiment_name: first-steps
"""


@workspace_page(get=Action.RUNS_WRITE, post=Action.RUNS_WRITE)
def new_run(request: WorkspaceRequest) -> HttpResponse:
    """Submit a run by the form.

    ``?clone=<run id>`` begins with what that run was given, ``?start=<name>`` with what another app has under this name,
    ``?example`` with a script that runs, ``?data=azureml:iris:2&type=uri_file`` with one that reads this.
    """
    origin = _origin(request)
    job = services.clone_config(origin) if origin else None
    choices = _choices(request.workspace, job)
    if request.method != "POST":
        prefilled = _begin(request, origin, job)
        form = NewRunForm(initial={**_defaults(choices), **prefilled.values}, **choices)
        form.rows = prefilled.rows or form.rows
        form.output_rows = prefilled.output_rows or form.output_rows
        return _show(request, form, origin, is_example=prefilled.is_example, note=prefilled.note)
    data, refusal = keep_upload(request)
    form = NewRunForm(data, request.FILES, **choices)
    if refusal:
        form.add_error("upload", refusal)
    if form.is_valid():
        try:
            run = services.submit_command(
                actor=request.user,
                workspace=request.workspace,
                job=form.to_job(job),
                snapshot=code_of(request.workspace, form),
                experiment_name=form.cleaned_data["experiment"],
            )
        except UserError as error:
            form.refuse(error)
        else:
            messages.success(request, _("“%(run)s” is submitted.") % {"run": run})
            return redirect(run)
    return _show(request, form, origin, status=422)


def _origin(request: WorkspaceRequest) -> Run | None:
    """Return the run to clone, if the address names one."""
    try:
        run_id = UUID(request.GET.get("clone", ""))
    except ValueError:
        return None
    return find_run(request, run_id)


def _begin(request: WorkspaceRequest, origin: Run | None, job: CommandJob | None) -> Prefilled:
    """Return what the empty form shows: a run to clone, the example (also to whoever has no run yet), or next to nothing."""
    experiment = request.GET.get("experiment", "")
    if origin is not None and job is not None:
        prefilled = prefilled_from(job, origin.experiment.name if origin.experiment else "")
        prefilled.values.update(_code_of(origin.snapshot))
        return prefilled
    if start := next((found for found in hooks.run_starts(request.GET.get("start", "")) if found), None):
        return _started(request, start)
    if path := request.GET.get("data", ""):
        return _reading(experiment, path, request.GET.get("type", ""))
    is_first = "empty" not in request.GET and not Run.objects.filter(workspace=request.workspace).of_users().exists()
    if "example" in request.GET or is_first:
        return _example(experiment)
    return Prefilled({"experiment": experiment, "command": f"python {EXAMPLE_NAME}"})


def _started(request: WorkspaceRequest, start: hooks.RunStart) -> Prefilled:
    read = services.read_job_file(request.workspace, start.job_file, only_needs=True)
    prefilled = prefilled_from(read.job, read.experiment_name)
    code = {"code_from": "script", "script_name": start.script_name, "script": start.script}
    prefilled.values.update(code, environment=_version_of(request, read.job.environment))
    return replace(prefilled, note=start.note)


def _version_of(request: WorkspaceRequest, reference: Any) -> Any:
    """Return the version that a reference to an environment means now, as the form offers it; else the reference."""
    try:
        found = resolve(request.workspace, reference, request.user)
    except UserError:  # said once it is submitted
        return reference
    return found.name if found else reference


def _reading(experiment: str, path: str, kind: str) -> Prefilled:
    values = {
        "script": READING.read_text(),
        "command": f"python {EXAMPLE_NAME} --data ${{{{inputs.data}}}}",
        "experiment": experiment,
    }
    return Prefilled(values, [InputRow("data", kind if kind in DATA_TYPES else "uri_folder", path)])


@workspace_page(get=Action.RUNS_WRITE)
def data_choices(request: WorkspaceRequest) -> HttpResponse:
    """Data that the rows of the form may mean, as far as they are typed; for htmx."""
    texts = {row.value for row in posted_inputs(request.GET) if row.is_data} or {""}
    choices = [choice for text in sorted(texts)[:MOST_TEXTS] for choice in _data_choices(request.workspace, text)]
    return render(request, "experiments/_data_choices.html", {"data_choices": list(dict.fromkeys(choices))})


def _data_choices(workspace: Workspace, text: str) -> list[hooks.DataChoice]:
    return [choice for choices in hooks.data_choices(workspace, text[:300]) for choice in choices]


def _example(experiment: str) -> Prefilled:
    values = {
        "script": EXAMPLE.read_text(),
        "command": f"python {EXAMPLE_NAME} --epochs ${{{{inputs.epochs}}}} --rate ${{{{inputs.rate}}}}",
        "experiment": experiment or "first-steps",
        "tags": {"example": ""},
    }
    return Prefilled(values, [InputRow("epochs", "integer", "60"), InputRow("rate", "number", "0.1")], is_example=True)


def _code_of(snapshot: Snapshot | None) -> dict[str, Any]:
    """Return the code fields of a run to clone: a single small script in the editor, all else as it is."""
    if snapshot is None:
        return {"code_from": "none"}
    values = {"code_from": "kept", "kept": sign_kept(snapshot)}
    name = snapshot.files[0]["path"] if len(snapshot.files) == 1 else ""
    if not re.fullmatch(SCRIPT_NAME, name):
        return values
    try:
        script = file_of(snapshot, name).decode()
    except (UserError, UnicodeDecodeError):  # too large for the editor, or no text
        return values
    return {**values, "code_from": "script", "script_name": name, "script": script}


def _defaults(choices: dict[str, list[tuple[str, str]]]) -> dict[str, Any]:
    return {
        "code_from": "script",
        "script_name": EXAMPLE_NAME,
        "environment": choices["environments"][0][0],
        "compute": choices["targets"][0][0],
    }


def _choices(workspace: Workspace, job: CommandJob | None) -> dict[str, list[tuple[str, str]]]:
    """Return what the form offers: environments with how far they are, targets with how much waits there.

    What the cloned ``job`` names is offered too, even if it is not among the usual ones.
    """
    # What is ready comes first, so that who leaves the choice alone need not wait.
    found = [choice for choices in hooks.environment_choices(workspace) for choice in choices]
    offered = sorted(found, key=lambda choice: not choice.is_ready)
    environments = [(one.reference, f"{one.label} · {one.hint}" if one.hint else one.label) for one in offered]
    if job and job.environment and job.environment not in dict(environments):
        environments.insert(0, (str(job.environment), str(job.environment)))
    ensure_local(workspace)
    waiting = Count("orders", filter=Q(orders__state=WorkState.WAITING))
    busy = Count("orders", filter=Q(orders__state__in=[WorkState.LEASED, WorkState.RUNNING]))
    targets = ComputeTarget.objects.filter(workspace=workspace).annotate(waiting=waiting, busy=busy)
    rows = sorted(targets, key=lambda target: (target.name != LOCAL, target.name))
    return {
        "environments": environments or [("", _("The machine's own Python"))],
        "targets": [(target.name, f"{target.name} · {_queue_in_words(target)}") for target in rows],
    }


def _queue_in_words(target: Any) -> str:
    if target.paused_at:
        return _("paused, what is submitted waits")
    running = ngettext("%(count)d running", "%(count)d running", target.busy) % {"count": target.busy}
    if not target.waiting:
        return running if target.busy else _("free")
    return _("%(running)s, %(waiting)d waiting") % {"running": running, "waiting": target.waiting}


def _show(
    request: WorkspaceRequest,
    form: NewRunForm,
    origin: Run | None,
    *,
    is_example: bool = False,
    note: str = "",
    status: int = 200,
) -> HttpResponse:
    names = Experiment.objects.filter(workspace=request.workspace, archived_at=None).order_by("-last_run_at", "name")
    context = {
        "workspace": request.workspace,
        "form": form,
        "origin": origin,
        **kept_context(request.workspace, form),
        "input_groups": INPUT_GROUPS,
        "output_groups": OUTPUT_GROUPS,
        "input_modes": INPUT_MODES,
        "data_choices": _data_choices(request.workspace, ""),
        "experiments": names.values_list("name", flat=True)[:MOST_SUGGESTED],
        "is_example": is_example,
        "note": note,
    }
    return render(request, "experiments/new_run.html", context, status=status)


@workspace_page(get=Action.RUNS_WRITE, post=Action.RUNS_WRITE)
def new_run_from_file(request: WorkspaceRequest) -> HttpResponse:
    """Submit a run by a job file, pasted or chosen, with its code."""
    if request.method != "POST":
        form = JobFileForm(initial={"code_from": "upload", "job": JOB_FILE.format(command=f"python {EXAMPLE_NAME}")})
        return _show_file(request, form)
    data, refusal = keep_upload(request)
    form = JobFileForm(data, request.FILES)
    if refusal:
        form.add_error("upload", refusal)
    if form.is_valid():
        try:
            run = services.submit_file(
                actor=request.user,
                workspace=request.workspace,
                text=form.cleaned_data["job"],
                snapshot=code_of(request.workspace, form),
            )
        except UserError as error:
            form.refuse(error)
        else:
            messages.success(request, _("“%(run)s” is submitted.") % {"run": run})
            return redirect(run)
    return _show_file(request, form, status=422)


def _show_file(request: WorkspaceRequest, form: JobFileForm, *, status: int = 200) -> HttpResponse:
    context = {"workspace": request.workspace, "form": form, "from_file": True, **kept_context(request.workspace, form)}
    return render(request, "experiments/new_run_from_file.html", context, status=status)
