"""Schedules, with the names and calls that scripts for Azure ML already use."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from mlstudio import job_files, jobs
from mlstudio.errors import ConfigurationError, NotFoundError
from mlstudio.packing import pack
from mlstudio.transfers import address_in
from mlstudio.workspace import Workspace

CHANGED_PATH = "${{creation_context.changed_path}}"
FREQUENCIES = ("Minute", "Hour", "Day", "Week", "Month")


class ScheduleRecurrence:
    """Every so many minutes, hours, days, weeks or months.

    Attributes: frequency (``Minute``, ``Hour``, ``Day``, ``Week`` or ``Month``), interval, start_time (ISO 8601, or a datetime),
        time_zone (``Europe/Berlin``, or a name that Windows has for it), hours, minutes, week_days (``Monday`` …).
    """

    def __init__(
        self, frequency: str, interval: int, start_time: str | datetime | None = None, time_zone: str | None = None,
        hours: Sequence[int] | None = None, minutes: Sequence[int] | None = None, week_days: Sequence[str] | None = None,
        time_of_day: str | None = None,
    ) -> None:  # fmt: skip
        """Args: time_of_day: such as ``08:30``, instead of hours and minutes."""
        if frequency.capitalize() not in FREQUENCIES:
            raise ConfigurationError(f"A frequency is {', '.join(FREQUENCIES)}, not {frequency!r}.")
        if time_of_day is not None:
            hour, separator, minute = time_of_day.partition(":")
            if not (separator and hour.isdecimal() and minute.isdecimal()) or hours or minutes:
                raise ConfigurationError("time_of_day is HH:MM, and stands in place of hours and minutes.")
            hours, minutes = [int(hour)], [int(minute)]
        self.frequency, self.interval = frequency.capitalize(), interval
        self.start_time = start_time.isoformat() if isinstance(start_time, datetime) else start_time
        self.time_zone = time_zone
        self.hours, self.minutes, self.week_days = hours, minutes, week_days

    def as_trigger(self) -> dict[str, Any]:
        """Return it as the studio takes it."""
        said = {
            "type": "recurrence", "frequency": self.frequency.lower(), "interval": self.interval, "start_time": self.start_time,
            "time_zone": self.time_zone, "hours": self.hours, "minutes": self.minutes, "week_days": self.week_days,
        }  # fmt: skip
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in said.items()
            if value is not None
        }


class Schedule:
    """A schedule as the studio last described it.

    Attributes: id, name, description: text. status: ``Active``, ``Disabled``, ``Stopped`` (by the studio) or ``Ended``.
        pipeline_id: of the published pipeline that it starts, or None. recurrence: its trigger. next_time: ISO 8601, or None.
    """

    def __init__(self, workspace: Workspace, data: Mapping[str, Any]) -> None:
        self.workspace = workspace
        self._fill(data)

    def _fill(self, data: Mapping[str, Any]) -> None:
        self._data = dict(data)
        self.id, self.name = str(data["id"]), str(data["name"])
        self.description = str(data["description"])
        self.status = {"Paused": "Disabled"}.get(str(data["state"]), str(data["state"]))
        starts = data["starts"]
        self.pipeline_id: str | None = starts["source"] if starts["kind"] == "pipeline" and starts["source"] else None
        self.recurrence: dict[str, Any] = dict(data["trigger"])
        self.next_time: str | None = data["next_at"]

    @classmethod
    def create(
        cls, workspace: Workspace, name: str, pipeline_id: str | None = None, experiment_name: str | None = None,
        recurrence: ScheduleRecurrence | None = None, description: str | None = None,
        pipeline_parameters: Mapping[str, Any] | None = None, wait_for_provisioning: bool = False, wait_timeout: int = 3600,
        datastore: Any = None, polling_interval: int = 5, data_path_parameter_name: str | None = None,
        continue_on_step_failure: bool | None = None, path_on_datastore: str | None = None, *, run: str | None = None,
        cron: str | None = None, time_zone: str | None = None, tags: Mapping[str, str] | None = None,
    ) -> Schedule:  # fmt: skip
        """Make a schedule of a published pipeline, or of a run: by recurrence, by a cron expression, or by a folder of a
        datastore that is looked at every ``polling_interval`` minutes.

        Args: run: name or id of a run, to be submitted again as it was. data_path_parameter_name: which parameter gets the path
            of what has changed. wait_for_provisioning, wait_timeout: nothing is waited for; a schedule is there at once.

        Raises:
            StudioError: the studio refuses it; the message names the field.
        """
        if (pipeline_id is None) == (run is None):
            raise ConfigurationError("Say what to start: pipeline_id or run.")
        inputs = dict(pipeline_parameters or {})
        if data_path_parameter_name:
            inputs[data_path_parameter_name] = CHANGED_PATH
        starts = {
            "kind": "job" if run else "pipeline", "source": run or pipeline_id, "inputs": inputs,
            "experiment_name": experiment_name or "", "continue_on_failure": continue_on_step_failure,
        }  # fmt: skip
        trigger = _trigger(recurrence, cron, time_zone, datastore, path_on_datastore, polling_interval)
        body = {
            "name": name, "description": description or "", "tags": dict(tags or {}), "trigger": trigger, "starts": starts,
        }  # fmt: skip
        return cls(workspace, workspace.client.post(_all(workspace), body))

    @classmethod
    def create_from_file(
        cls, workspace: Workspace, file: str | Path, *, settings: Sequence[str] = (), notes: IO[str] | None = None
    ) -> Schedule:
        """Make the schedule that a file of Azure ML v2 describes, or change the one of its name. The job file that it names goes
        along, with its code and local data.

        Args: settings: changes to the schedule such as ``trigger.interval=2``. notes: where is said what was uploaded.
        """
        path = Path(file)
        fields: dict[str, str] = {"schedule": _text_of(path), "schedule_set": json.dumps(list(settings))}
        base = address_in(workspace, "schedule-files/")
        read = workspace.client.post(f"{base}check/", {**fields, "schedule_set": list(settings)})
        code: Path | None = None
        if not read["reference"]:
            job = path.parent / read["path"] if read["path"] else path
            text = _text_of(job) if read["path"] else read["text"]
            form, code = job_files.prepared(workspace, text, job.parent, read["set"], notes)
            fields.update(form)
        with tempfile.TemporaryDirectory(prefix="studio-schedule-") as folder:
            packed = Path(folder) / "code.zip"
            files = {"code": packed} if pack(packed, code) else {}
            return cls(workspace, workspace.client.post_form(base, fields, files))

    @classmethod
    def get(cls, workspace: Workspace, id: str) -> Schedule:  # noqa: A002
        """Open a schedule by its name, or its id.

        Raises:
            NotFoundError: there is none.
        """
        try:
            return cls(workspace, workspace.client.get(f"{_all(workspace)}{quote(id, safe='')}/"))
        except NotFoundError:
            rows = workspace.client.pages(_all(workspace), page_size=200)
            found = next((row for row in rows if row["id"] == id), None)
            if found is None:
                raise
            return cls(workspace, found)

    @classmethod
    def list(cls, workspace: Workspace, active_only: bool = True, pipeline_id: str | None = None) -> list[Schedule]:
        """Return schedules, newest first. Args: pipeline_id: only those of this published pipeline."""
        query = {"source": pipeline_id, "state": "Active" if active_only else None}
        return [cls(workspace, row) for row in workspace.client.pages(_all(workspace), **query)]

    def enable(self, wait_for_provisioning: bool = False, wait_timeout: int = 3600) -> None:
        """Have it start things again. What passed meanwhile is not made up for."""
        self._fill(self.workspace.client.post(f"{self._base}enable/"))

    def disable(self, wait_for_provisioning: bool = False, wait_timeout: int = 3600) -> None:
        """Have it start nothing until it is enabled."""
        self._fill(self.workspace.client.post(f"{self._base}disable/"))

    def update(
        self, name: str | None = None, description: str | None = None, recurrence: ScheduleRecurrence | None = None,
        pipeline_parameters: Mapping[str, Any] | None = None, status: str | None = None, wait_for_provisioning: bool = False,
        wait_timeout: int = 3600, datastore: Any = None, polling_interval: int | None = None,
        data_path_parameter_name: str | None = None, continue_on_step_failure: bool | None = None,
        path_on_datastore: str | None = None,
    ) -> None:  # fmt: skip
        """Change what is given. Args: name: the one to show. status: ``Active`` or ``Disabled``."""
        body: dict[str, Any] = {"display_name": name, "description": description}
        if recurrence is not None or datastore is not None:
            body["trigger"] = _trigger(recurrence, None, None, datastore, path_on_datastore, polling_interval or 5)
        inputs = dict(pipeline_parameters or {})
        if data_path_parameter_name:
            inputs[data_path_parameter_name] = CHANGED_PATH
        if inputs or continue_on_step_failure is not None:
            starts = self._data["starts"]
            body["starts"] = {
                "kind": starts["kind"], "source": starts["source"], "inputs": inputs,
                "continue_on_failure": continue_on_step_failure,
            }  # fmt: skip
        body = {key: value for key, value in body.items() if value is not None}
        if body:
            self._fill(self.workspace.client.patch(self._base, body))
        if status is not None:
            self.enable() if status == "Active" else self.disable()

    def run_now(self) -> None:
        """Start what it starts, once more and at once."""
        self.workspace.client.post(f"{self._base}run/")

    def delete(self) -> None:
        """Delete it with its history. What it started stays."""
        self.workspace.client.delete(self._base)

    def history(self) -> Iterator[dict[str, Any]]:
        """Yield its times that have passed, the latest first: what it started, or why nothing."""
        yield from self.workspace.client.pages(f"{self._base}history/")

    def yaml(self) -> str:
        """Return it as a file of Azure ML v2, from which ``create_from_file`` makes the same schedule.

        Raises:
            StudioError: such a file cannot say what it starts.
        """
        return self.workspace.client.get_bytes(f"{self._base}yaml/", 0, 2**20).decode()

    def get_pipeline_runs(self) -> Sequence[jobs.Job]:
        """Return what it started and is still there, the latest first."""
        started = [tick["started_id"] for tick in self.history() if tick["started_id"]]
        return [jobs.find(self.workspace, run_id) for run_id in started]

    def get_last_pipeline_run(self) -> jobs.Job | None:
        """Return what it started last."""
        started = (tick["started_id"] for tick in self.history() if tick["started_id"])
        run_id = next(started, None)
        return jobs.find(self.workspace, run_id) if run_id else None

    def get_details(self) -> dict[str, Any]:
        """Return everything the studio says about it."""
        return dict(self._data)

    def __repr__(self) -> str:
        return f"Schedule(name={self.name!r}, status={self.status!r}, when={self._data['when']!r})"

    @property
    def _base(self) -> str:
        return f"{_all(self.workspace)}{quote(self.name, safe='')}/"


def _all(workspace: Workspace) -> str:
    return address_in(workspace, "schedules/")


def _trigger(
    recurrence: ScheduleRecurrence | None, cron: str | None, time_zone: str | None, datastore: Any, path: str | None,
    polling_interval: int,
) -> dict[str, Any]:  # fmt: skip
    if sum(one is not None for one in (recurrence, cron, datastore)) != 1:
        raise ConfigurationError("Say when: one of recurrence, cron and datastore.")
    if recurrence is not None:
        return recurrence.as_trigger()
    if cron is not None:
        return {"type": "cron", "expression": cron, "time_zone": time_zone or "UTC"}
    name = datastore if isinstance(datastore, str) else datastore.name
    place = f"azureml://datastores/{name}/paths/{(path or '').strip('/')}"
    return {"type": "data", "watch": "datastore", "path": place, "polling_interval": polling_interval}


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}.") from None
