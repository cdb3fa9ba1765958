"""Schedule files as Azure ML v2 writes them.

The shape: https://azuremlschemas.azureedge.net/latest/schedule.schema.json; what the studio has beyond it is ``missed``,
``catch_up``, ``overlap`` and the trigger of the type ``data``.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.experiments.jobs.command import apply_setting
from apps.experiments.jobs.fields import FieldReader
from apps.experiments.jobs.yaml_text import read_yaml, write_yaml
from apps.schedules.models import USUAL_CATCH_UP, Schedule
from apps.schedules.reading import read_trigger, stored_trigger, to_json
from apps.schedules.services import subject_of
from apps.schedules.states import MissedPolicy, OverlapPolicy

SCHEMA: Final = "https://azuremlschemas.azureedge.net/latest/schedule.schema.json"
PATTERN: Final = ("hours", "minutes", "week_days", "month_days")
READ: Final = (
    "$schema", "name", "display_name", "description", "tags", "properties", "trigger", "create_job", "missed", "catch_up",
    "overlap",
)  # fmt: skip


@dataclass(frozen=True)
class ReadSchedule:
    """A schedule file as it was understood.

    What it starts is one of: ``path``, a job file relative to it; ``text``, a job that stands in it; ``reference``, the name of a
    run. ``settings`` are changes to the job, such as ``inputs.rate=0.1``; ``inputs`` and ``tags`` those to a run.
    """

    name: str
    trigger: dict[str, Any]
    path: str = ""
    text: str = ""
    reference: str = ""
    settings: tuple[str, ...] = ()
    inputs: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def read_schedule_file(text: str, now: datetime, changes: tuple[str, ...] = ()) -> ReadSchedule:
    """Read a schedule's YAML. Args: changes: such as ``trigger.interval=2``, made before it is read.

    Raises:
        InvalidInput: with a sentence for each field that is wrong, with its line.
    """
    document = read_yaml(text, "schedule")
    if not isinstance(document.value, dict):
        message = _("A schedule file is a mapping with “name”, “trigger” and “create_job”.")
        raise InvalidInput({"schedule": [message]})
    for change in changes:
        apply_setting(document.value, change)
    reader = _ScheduleReader(FieldReader(document), now)
    read = reader.read()
    if reader.fields.errors:
        raise InvalidInput(reader.fields.errors)
    return read


def write_schedule_file(schedule: Schedule) -> str:
    """Return a schedule as a file from which ``read_schedule_file`` reads the same.

    Raises:
        UserError: what it starts cannot stand in a file, or its trigger can no longer be read.
    """
    tree: dict[str, Any] = {
        "$schema": SCHEMA,
        "name": schedule.name,
        "display_name": schedule.display_name,
        "description": schedule.description,
        "tags": schedule.tags,
        "trigger": _trigger_tree(schedule.trigger),
        "create_job": subject_of(schedule.subject_kind).in_file(schedule),
        "missed": schedule.missed if schedule.missed != MissedPolicy.ONCE else None,
        "catch_up": schedule.catch_up if schedule.catch_up != USUAL_CATCH_UP else None,
        "overlap": schedule.overlap if schedule.overlap != OverlapPolicy.START else None,
    }
    return write_yaml({name: value for name, value in tree.items() if value not in (None, "", {})})


def _trigger_tree(stored: dict[str, Any]) -> dict[str, Any]:
    """Return a trigger as Azure ML has it: times on the clock of its zone, and what a recurrence sets below ``schedule``."""
    trigger = {name: value for name, value in to_json(stored_trigger(stored)).items() if value not in (None, [])}
    for name in {"start_time", "end_time"} & trigger.keys():
        trigger[name] = datetime.fromisoformat(trigger[name]).replace(tzinfo=None).isoformat()
    pattern = {name: trigger.pop(name) for name in PATTERN if name in trigger}
    return {**trigger, "schedule": pattern} if pattern else trigger


class _ScheduleReader:
    def __init__(self, fields: FieldReader, now: datetime) -> None:
        self.fields = fields
        self._now = now

    def read(self) -> ReadSchedule:
        fields = self.fields
        for name in fields.tree:
            if name not in READ:
                known = _("a schedule file has no such field; it has: %(names)s") % {"names": ", ".join(READ[1:])}
                fields.say((name,), known)
        name = fields.text("name")
        if not name:
            fields.say(("name",), _("give the schedule a name"))
        said: dict[str, Any] = {
            key: fields.text(key)
            for key in ("display_name", "description", "missed", "overlap")
            if fields.tree.get(key)
        }
        said["tags"] = fields.texts("tags")
        if fields.tree.get("catch_up") is not None:
            said["catch_up"] = fields.tree["catch_up"]
        return ReadSchedule(name, self._trigger(), said=said, **self._job())

    def _trigger(self) -> dict[str, Any]:
        given = self.fields.mapping("trigger")
        try:
            read_trigger(given, self._now)
        except InvalidInput as error:
            for key, sentences in error.errors.items():
                for sentence in sentences:
                    self.fields.say(tuple(key.split(".")), sentence.rstrip("."))
        return given

    def _job(self) -> dict[str, Any]:
        given = self.fields.tree.get("create_job")
        changes: dict[str, Any] = {}
        if isinstance(given, dict):
            if not given.get("job"):
                return self._inline(given)
            changes = {key: value for key, value in given.items() if key not in {"job", "type"} and value is not None}
            given = given["job"]
        if not isinstance(given, str) or not given.strip():
            self.fields.say(
                ("create_job",), _("say what to start: a job file such as ./job.yml, or azureml: and the name of a run")
            )
            return {}
        said = {"settings": tuple(_settings(changes)), "inputs": changes.pop("inputs", None) or {}}
        tags = changes.pop("tags", None) or {}
        if not given.startswith("azureml:"):
            return {**said, "path": given.strip().removeprefix("file:")}
        for name in changes:
            self.fields.say(("create_job", name), _("a run is started again with changes to inputs and tags alone"))
        return {**said, "reference": given, "tags": {str(name): str(value) for name, value in tags.items()}}

    def _inline(self, given: dict[str, Any]) -> dict[str, Any]:
        if "command" not in given and "jobs" not in given and "component" not in given:
            self.fields.say(("create_job",), _("it has neither “job” nor a job of its own"))
        return {"text": write_yaml(given)}


def _settings(changes: Any, path: str = "") -> list[str]:
    """Return changes as settings of a job file: one for each value, by its path."""
    if not isinstance(changes, dict):
        return [f"{path}={json.dumps(changes)}"]
    return [
        line for name, value in changes.items() for line in _settings(value, f"{path}.{name}" if path else str(name))
    ]
