"""Jobs from Python: submit, watch, cancel and download.

from mlstudio import Workspace, jobs

workspace = Workspace.from_config()
job = jobs.create(workspace, "job.yml")
jobs.stream(job)
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote
from uuid import UUID

from mlstudio import job_files
from mlstudio.data import Dataset
from mlstudio.errors import ConfigurationError, NotFoundError, StudioError, UnreachableError
from mlstudio.packing import git_properties, pack
from mlstudio.workspace import Workspace

LOG = "user_logs/std_log.txt"
PIECE_BYTES = 2**20
QUICKEST_LOOK_S = 0.5
SLOWEST_LOOK_S = 3.0
# How long a stream outlives the studio: long enough for an upgrade of it.
PATIENCE_S = 900.0


class Job:
    """A run as the studio last described it.

    Attributes: id, name, display_name, experiment, status, status_reason: text. is_over: whether it has ended.
        exit_code: of its command, None while there is none. data: all that the studio says.
    """

    def __init__(self, workspace: Workspace, data: dict[str, Any]) -> None:
        self.workspace = workspace
        self._take(data)

    def _take(self, data: dict[str, Any]) -> None:
        self.data = data
        self.id, self.name = str(data["id"]), str(data["name"])
        self.display_name = str(data.get("display_name") or self.name)
        self.experiment = str(data.get("experiment") or "")
        self.status, self.status_reason = str(data["status"]), str(data.get("status_reason") or "")
        self.is_over = bool(data["is_over"])
        self.exit_code: int | None = data.get("exit_code")

    def refresh(self) -> Job:
        """Ask the studio how it is now."""
        self._take(self.workspace.client.get(self.address()))
        return self

    def address(self, rest: str = "") -> str:
        """Return its place in the API."""
        return f"{_runs(self.workspace)}{self.id}/{rest}"

    @property
    def web_url(self) -> str:
        """The address of its page."""
        return f"{self.workspace.client.url}{self.data.get('url', '')}"

    @property
    def exit_status(self) -> int:
        """What a command that waited for it should end with: 0 when it is completed."""
        if self.status == "Completed":
            return 0
        return self.exit_code if self.exit_code and 0 < self.exit_code < 256 else 1

    def __repr__(self) -> str:
        return f"Job(name={self.name!r}, status={self.status!r})"


def create(
    workspace: Workspace, file: str | Path, *, settings: Sequence[str] = (), notes: IO[str] | None = None
) -> Job:
    """Submit a job file as Azure ML v2 writes it, with the code and the files that it names. Local data among its inputs is
    uploaded as a dataset; what was uploaded before is used again.

    Args: settings: changes such as ``limits.timeout=60``, made before it is read. notes: where is said what was uploaded.

    Raises:
        StudioError: a file is not there, or the studio refuses the job; the message names the field and its line.
    """
    path = Path(file)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}.") from None
    return create_text(workspace, text, path.parent, settings=settings, notes=notes)


def create_text(
    workspace: Workspace, text: str, folder: Path, *, settings: Sequence[str] = (), notes: IO[str] | None = None
) -> Job:
    """Submit the text of a job file as ``create`` does. ``folder``: where what it names lies.

    Raises:
        StudioError: as ``create``.
    """
    form, code = job_files.prepared(workspace, text, folder, settings, notes)
    return Job(workspace, _send(workspace, job_files.address(workspace), form, code))


def submit(
    workspace: Workspace, command: str, *, code: str | Path | None = None, environment: Any = None, compute: str = "local",
    inputs: Mapping[str, Any] | None = None, outputs: Sequence[str] | Mapping[str, str] = (), experiment_name: str = "",
    display_name: str = "", environment_variables: Mapping[str, str] | None = None, timeout_s: int | None = None,
    tags: Mapping[str, str] | None = None,
) -> Job:  # fmt: skip
    """Submit a command. ``${{inputs.x}}`` in it stands for a literal or a path of data, ``${{outputs.y}}`` for a folder to fill.

    Args: code: the folder that it runs in. environment: such as ``sklearn:1`` or ``sklearn@latest``. inputs: texts, numbers,
        booleans, datasets or ``{"type": "uri_folder", "path": "azureml:iris:1"}`` by name. outputs: names of folders; in a
        mapping with the dataset that each shall be registered as. timeout_s: after which it is ended.
    """
    named = outputs if isinstance(outputs, Mapping) else {}
    body = {
        "command": command, "environment": environment, "compute": compute,
        "inputs": {name: _as_input(value) for name, value in (inputs or {}).items()},
        "outputs": {name: {"name": named[name]} if named.get(name) else {} for name in outputs},
        "experiment_name": experiment_name, "display_name": display_name,
        "environment_variables": dict(environment_variables or {}), "limits": {"timeout_s": timeout_s},
        "tags": dict(tags or {}),
    }  # fmt: skip
    if not experiment_name:
        del body["experiment_name"]
    folder = Path(code) if code is not None else None
    if folder is not None:
        body["properties"] = git_properties(folder)
    return Job(workspace, _send(workspace, _runs(workspace), {"job": json.dumps(body)}, folder))


def find(workspace: Workspace, name: str) -> Job:
    """Return the job of that name (``calm_river_8f3k2a``) or id.

    Raises:
        NotFoundError: there is none.
    """
    try:
        run_id = str(UUID(name))
    except ValueError:
        page = workspace.client.get(_runs(workspace), name=name, archived="all", children="all")
        if not page["results"]:
            raise NotFoundError(f"There is no job {name} in the workspace {workspace.name}.", status=404) from None
        run_id = page["results"][0]["id"]
    return Job(workspace, workspace.client.get(f"{_runs(workspace)}{run_id}/"))


def list_jobs(workspace: Workspace, **filters: Any) -> Iterator[dict[str, Any]]:
    """Yield jobs, newest first. Filters: ``status``, ``experiment``, ``kind``, ``tag``, ``submitted_by``, ``archived`` …"""
    yield from workspace.client.pages(_runs(workspace), **filters)


def cancel(job: Job, reason: str = "") -> Job:
    """Ask for a job's end. Where it has ended, nothing happens."""
    job.workspace.client.post(job.address("cancel/"), {"reason": reason} if reason else {})
    return job.refresh()


def stream(job: Job, *, output: IO[bytes] | None = None, notes: IO[str] | None = None) -> Job:
    """Print a job's log as it comes, until the job has ended. Goes on where it was when the studio restarts meanwhile.

    Args: output: where the log goes; standard output unless given. notes: where changes of status are told, if anywhere.
    """
    target = output or sys.stdout.buffer
    watch = _Watch(job, target, notes)
    while not watch.look():
        time.sleep(watch.pause_s)
    return job


def download(job: Job, folder: str | Path = ".", *, prefix: str = "") -> list[Path]:
    """Download a job's files into ``folder/<name of the job>``. Returns where they are.

    Args: prefix: only the files of this folder, such as ``outputs``.
    """
    target = Path(folder) / job.name
    written = []
    for path in _all_files(job, prefix):
        place = target / path
        if not _is_inside(place, target):
            raise StudioError(f"The studio names a file {path!r}, which would lie outside of {target}.")
        place.parent.mkdir(parents=True, exist_ok=True)
        job.workspace.client.download(job.address("files/content/"), place, path=path)
        written.append(place)
    logs = [] if prefix else job.workspace.client.get(job.address("logs/"))["items"]
    for log in logs:
        place = target / log["path"]
        if _is_inside(place, target):
            place.parent.mkdir(parents=True, exist_ok=True)
            job.workspace.client.download(job.address("logs/content/"), place, path=log["path"])
            written.append(place)
    return written


class _Watch:
    """Follows one job: what of its log was printed, and what was told of its status."""

    def __init__(self, job: Job, output: IO[bytes], notes: IO[str] | None) -> None:
        self._job, self._output, self._notes = job, output, notes
        self._offset = 0
        self._told = ""
        self._away_since: float | None = None
        self.pause_s = QUICKEST_LOOK_S

    def look(self) -> bool:
        """Print what is new. Returns whether the job has ended and all of its log was printed."""
        try:
            was_over = self._job.refresh().is_over
            self._tell(f"{self._job.status}: {self._job.status_reason}".rstrip(": "))
            more = self._print()
        except UnreachableError:
            now = time.monotonic()
            self._away_since = self._away_since or now
            if now - self._away_since > PATIENCE_S:
                raise
            self._tell("The studio does not answer; waiting for it.")
            self.pause_s = SLOWEST_LOOK_S
            return False
        self._away_since = None
        self.pause_s = QUICKEST_LOOK_S if more else min(self.pause_s * 1.3, SLOWEST_LOOK_S)
        return was_over and not more

    def _print(self) -> bool:
        client = self._job.workspace.client
        logs = {log["path"]: log for log in client.get(self._job.address("logs/"))["items"]}
        size = int(logs.get(LOG, {}).get("size", 0))
        printed = self._offset < size
        while self._offset < size:
            end = min(size, self._offset + PIECE_BYTES)
            piece = client.get_bytes(self._job.address("logs/content/"), self._offset, end, path=LOG)
            if not piece:
                break
            self._output.write(piece)
            self._output.flush()
            self._offset += len(piece)
        return printed

    def _tell(self, sentence: str) -> None:
        if self._notes is not None and sentence != self._told:
            print(sentence, file=self._notes, flush=True)
        self._told = sentence


def _send(workspace: Workspace, path: str, form: Mapping[str, str], code: Path | None) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="studio-job-") as folder:
        packed = Path(folder) / "code.zip"
        files = {"code": packed} if pack(packed, code) else {}
        sent: dict[str, Any] = workspace.client.post_form(path, form, files)
        return sent


def _as_input(value: Any) -> Any:
    if not isinstance(value, Dataset):
        return value
    kind = "uri_file" if value.file_count == 1 else "uri_folder"
    return {"type": kind, "path": f"azureml:{value.name}:{value.version}"}


def _all_files(job: Job, prefix: str) -> Iterator[str]:
    folders = [prefix]
    while folders:
        folder = folders.pop()
        after: str | None = ""
        while after is not None:
            level = job.workspace.client.get(job.address("files/"), prefix=folder, after=after)
            folders += [inner["path"] for inner in level["folders"]]
            yield from (file["path"] for file in level["files"])
            after = level["next"]


def _is_inside(place: Path, folder: Path) -> bool:
    return folder.resolve() in place.resolve().parents


def _runs(workspace: Workspace) -> str:
    return f"workspaces/{quote(workspace.name)}/runs/"
