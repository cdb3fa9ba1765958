"""Jobs as what schedules start.

``Schedule.subject`` is one of::

    {"run": {"id", "name"}, "job": {…CommandJob}, "experiment_name", "snapshot": "…" or null}       # a run, again
    {"file": {…hooks.JobFile}, "type", "snapshot": "…" or null}                                     # a job file
"""

from dataclasses import asdict, replace
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.core.errors import InvalidInput, NotFound
from apps.core.storage.keys import shown
from apps.experiments.errors import SnapshotGone
from apps.experiments.hooks import JobFile
from apps.experiments.jobs.command import type_of_file, with_settings
from apps.experiments.models import Run, RunKind, ScheduledCode, Snapshot
from apps.experiments.services.config import CommandJob, Limits, is_data
from apps.experiments.services.job_files import submit_file
from apps.experiments.services.submit import clone_config, submit_command
from apps.experiments.states import TERMINAL
from apps.schedules.errors import NotInFiles
from apps.schedules.filling import filled
from apps.schedules.hooks import Changes, Choice, Described, Fact, Started, Taken
from apps.schedules.models import Schedule, Tick
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action

KIND: Final = "job"
MOST_CHOICES: Final = 40
SHOWN_COMMAND: Final = 60


class JobSubject:
    """Submits the job of a run as it was, or a job file; what it names is resolved anew each time."""

    kind = KIND
    label = gettext_lazy("Job")
    action = Action.RUNS_WRITE

    def choices(self, workspace: Workspace) -> list[Choice]:
        runs = Run.objects.filter(
            workspace=workspace, kind=RunKind.COMMAND, parent=None, deleted_at=None, archived_at=None
        )
        newest = runs.of_users().select_related("experiment").order_by("-created_at", "id")
        return [Choice(str(run.pk), f"{run} · {run.experiment}") for run in newest[:MOST_CHOICES]]

    def take(self, workspace: Workspace, actor: Any, source: str, changes: Changes) -> Taken:
        return take_run(find_run(workspace, source), changes)

    def keep(self, schedule: Schedule) -> None:
        wanted = set(_snapshots_of(schedule.subject))
        kept = ScheduledCode.objects.filter(schedule=schedule)
        kept.exclude(snapshot__in=wanted).delete()
        there = Snapshot.objects.filter(pk__in=wanted, workspace=schedule.workspace)
        if there.count() < len(wanted):
            raise SnapshotGone
        ScheduledCode.objects.bulk_create(
            [ScheduledCode(schedule=schedule, snapshot=snapshot) for snapshot in there], ignore_conflicts=True
        )

    def describe(self, schedule: Schedule) -> Described:
        content = schedule.subject
        snapshot = Snapshot.objects.filter(pk=content["snapshot"]).first() if content.get("snapshot") else None
        facts = _facts_of_job(schedule.workspace, content) if "job" in content else _facts_of_file(content)
        if snapshot is not None:
            words = ngettext("%(count)d file, kept with it", "%(count)d files, kept with it", len(snapshot.files))
            facts.append(Fact(_("Code"), words % {"count": len(snapshot.files)}))
        return Described(schedule.subject_label, facts=facts)

    def in_file(self, schedule: Schedule) -> dict[str, Any]:
        content = schedule.subject
        if "file" in content:
            return with_settings(content["file"]["text"], tuple(content["file"]["settings"]))
        _check_file_says(content)
        job = content["job"]
        inputs = {name: given["path"] if is_data(given) else given["value"] for name, given in job["inputs"].items()}
        said = {"inputs": inputs, "tags": job["tags"]}
        return {"job": f"azureml:{content['run']['name']}", **{name: value for name, value in said.items() if value}}

    def start(self, schedule: Schedule, tick: Tick) -> Started:
        content = schedule.subject
        snapshot = Snapshot.objects.filter(pk=content["snapshot"]).first() if content.get("snapshot") else None
        said: dict[str, Any] = {"actor": schedule.owner, "workspace": schedule.workspace, "snapshot": snapshot}
        marks = {"ScheduleName": schedule.name, "ScheduleTime": tick.at.isoformat()}
        if "file" in content:
            file = dict(content["file"])
            file["settings"] = tuple(filled(setting, tick) for setting in file["settings"])
            file["properties"] = {**file["properties"], **marks}
            run = submit_file(**said, **file)
        else:
            job = _job_from(content["job"])
            inputs = {name: _filled_input(given, tick) for name, given in job.inputs.items()}
            job = replace(job, inputs=inputs, properties={**job.properties, **marks})
            run = submit_command(**said, job=job, experiment_name=content["experiment_name"])
        return Started(str(run), run.get_absolute_url(), run.pk)

    def is_running(self, workspace: Workspace, started_id: UUID) -> bool:
        runs = Run.objects.filter(pk=started_id, workspace=workspace, deleted_at=None)
        return runs.exclude(status__in=TERMINAL).exists()


def find_run(workspace: Workspace, source: str) -> Run:
    """Return the run that a name or id means.

    Raises:
        NotFound: there is none.
    """
    runs = Run.objects.filter(workspace=workspace, deleted_at=None).of_users().select_related("experiment", "snapshot")
    text = source.removeprefix("azureml:").replace("\0", "")
    try:
        found = runs.filter(pk=UUID(text)).first()
    except ValueError:
        found = runs.filter(name=text).first()
    if found is None:
        message = _("There is no job “%(name)s” here. Name a run by its name, such as calm_river_8f3k2a.")
        raise NotFound(message % {"name": shown(source)}, field="subject")
    found.workspace = workspace
    return found


def take_run(run: Run, changes: Changes) -> Taken:
    """Freeze the job of a run, to be submitted again and again.

    Raises:
        NotRepeatable: it was no command of the studio's. InvalidInput: it has no input of a name.
    """
    if changes.continue_on_failure is not None:
        raise InvalidInput(
            {"starts.continue_on_failure": [_("Only pipelines have steps that others could go on without.")]}
        )
    job = clone_config(run)
    changed = dict(job.inputs)
    for name, value in changes.inputs.items():
        if name not in changed:
            message = _("The job has no input “%(name)s”; it has: %(known)s.")
            known = ", ".join(job.inputs) or "–"
            raise InvalidInput({f"inputs.{name}": [message % {"name": shown(name), "known": known}]})
        changed[name] = {**changed[name], **(value if isinstance(value, dict) else _given(changed[name], value))}
    job = replace(job, inputs=changed, tags={**job.tags, **changes.tags})
    job.properties.pop("ContentSnapshotId", None)
    content = {
        "run": {"id": str(run.pk), "name": run.name},
        "job": asdict(job),
        "experiment_name": changes.experiment_name or (run.experiment.name if run.experiment else ""),
        "snapshot": str(run.snapshot_id) if run.snapshot_id else None,
    }
    return Taken(KIND, content, str(run), str(run.pk))


def take_file(file: JobFile, label: str) -> Taken:
    """Freeze a job file with what came with it; it is read anew each time."""
    frozen = {
        "text": file.text, "texts": dict(file.texts), "settings": list(file.settings), "properties": dict(file.properties),
        "codes": dict(file.codes), "uploads": dict(file.uploads),
    }  # fmt: skip
    snapshot = str(file.snapshot.pk) if file.snapshot else None
    return Taken(KIND, {"file": frozen, "type": type_of_file(file.text), "snapshot": snapshot}, label)


def _check_file_says(content: dict[str, Any]) -> None:
    """Refuse what a file cannot say of a run that is started again, since it names that run, its inputs and its tags."""
    run = Run.objects.filter(pk=content["run"]["id"], deleted_at=None).select_related("experiment").first()
    if run is None:
        message = _(
            "A schedule file would name the run %(run)s, which was deleted. Schedule another run, or a job file."
        )
        raise NotInFiles(message % {"run": content["run"]["name"]})
    if content["experiment_name"] != (run.experiment.name if run.experiment else ""):
        raise NotInFiles(_("A schedule file cannot put a run into another experiment. Schedule its job file instead."))


def _snapshots_of(content: dict[str, Any]) -> list[UUID]:
    """Return the ids of all code that a schedule needs."""
    codes = content["file"]["codes"].values() if "file" in content else ()
    return [UUID(str(pk)) for pk in (content.get("snapshot"), *codes) if pk]


def _given(before: dict[str, Any], value: Any) -> dict[str, Any]:
    return {"path": str(value)} if is_data(before) else {"value": value}


def _filled_input(given: dict[str, Any], tick: Tick) -> dict[str, Any]:
    return {name: filled(value, tick) if name in {"value", "path"} else value for name, value in given.items()}


def _job_from(stored: dict[str, Any]) -> CommandJob:
    return CommandJob(**{**stored, "limits": Limits(**stored["limits"])})


def _facts_of_job(workspace: Workspace, content: dict[str, Any]) -> list[Fact]:
    job, origin = content["job"], content["run"]
    run = Run.objects.filter(pk=origin["id"], deleted_at=None).first()
    url = reverse("experiments:run", args=[workspace.name, run.pk]) if run else ""
    inputs = ", ".join(f"{name}: {given.get('path') or given.get('value')}" for name, given in job["inputs"].items())
    facts = [
        Fact(_("As in the run"), origin["name"], url),
        Fact(_("Command"), job["command"], is_code=True),
        Fact(_("Environment"), _environment_words(job["environment"])),
        Fact(_("Compute"), job["compute"]),
        Fact(_("Inputs"), inputs),
        Fact(_("Experiment"), content["experiment_name"]),
    ]
    return [fact for fact in facts if fact.value]


def _facts_of_file(content: dict[str, Any]) -> list[Fact]:
    file = content["file"]
    facts = [Fact(_("Job file"), content["type"]), Fact(_("With"), ", ".join(file["settings"]), is_code=True)]
    return [fact for fact in [*facts, Fact(_("File"), file["text"], is_code=True)] if fact.value]


def _environment_words(reference: Any) -> str:
    return reference if isinstance(reference, str) else str((reference or {}).get("name", ""))
