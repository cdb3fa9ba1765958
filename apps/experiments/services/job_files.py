"""Submit job files, and write runs back as such."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from apps.accounts.models import User
from apps.experiments.jobs.command import ReadJob, read_job
from apps.experiments.jobs.workspace import WorkspaceSurroundings
from apps.experiments.models import Run, Snapshot
from apps.experiments.services.submit import submit_command
from apps.experiments.snapshots.reading import file_of
from apps.workspaces.models import Workspace


def read_job_file(
    workspace: Workspace,
    text: str,
    *,
    snapshot: Snapshot | None = None,
    texts: Mapping[str, str] | None = None,
    settings: tuple[str, ...] = (),
    only_needs: bool = False,
) -> ReadJob:
    """Return what a job file means in a workspace.

    Args: texts: files that it refers to, such as a conda file, by the paths as written. settings: changes such as
        ``limits.timeout=60``. only_needs: what it refers to may still be missing.
    Raises:
        InvalidInput: with a sentence for each field that is wrong, with its line.
    """
    paths = frozenset(str(file["path"]) for file in snapshot.files) if snapshot else frozenset[str]()

    def read_code(path: str) -> str:
        assert snapshot is not None
        return file_of(snapshot, path).decode(errors="replace")

    around = WorkspaceSurroundings(workspace, texts=texts, code_paths=paths, read_code=read_code)
    return read_job(text, around, settings=settings, only_needs=only_needs)


def submit_file(*, actor: User, workspace: Workspace, text: str, snapshot: Snapshot | None, **options: Any) -> Run:
    """Submit a job file with its code.

    Args: options: ``texts`` and ``settings`` as ``read_job_file`` takes them; ``properties``: what a client found out about
        the code, such as the state of its git repository; what the file says goes first.
    Raises:
        InvalidInput: with a sentence for each field that is wrong, with its line. UserError: as ``submit_command``.
    """
    properties: dict[str, str] = options.pop("properties", None) or {}
    read = read_job_file(workspace, text, snapshot=snapshot, **options)
    job = replace(read.job, properties={**properties, **read.job.properties})
    return submit_command(
        actor=actor,
        workspace=workspace,
        job=job,
        snapshot=snapshot,
        experiment_name=read.experiment_name,
        warnings=read.warnings,
    )
