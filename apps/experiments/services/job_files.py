"""Submit job files, and write runs back as such."""

from collections.abc import Mapping
from dataclasses import replace

from apps.accounts.models import User
from apps.experiments import hooks
from apps.experiments.hooks import CheckedFile, JobFile, JobType
from apps.experiments.jobs.command import ReadJob, read_job, type_of_file
from apps.experiments.jobs.workspace import WorkspaceSurroundings
from apps.experiments.models import Run, Snapshot
from apps.experiments.services.submit import submit_command
from apps.experiments.snapshots.reading import file_of
from apps.workspaces.models import Workspace


def check_file(workspace: Workspace, file: JobFile) -> CheckedFile:
    """Return how a job file would be understood, and what must be sent with it. What it refers to may still be missing.

    Raises:
        InvalidInput: with a sentence for each field that is wrong, with its line.
    """
    other = _other_type(file.text)
    if other is not None:
        return other.check(workspace, file)
    read = read_job_file(workspace, file.text, texts=file.texts, settings=file.settings, only_needs=True)
    return CheckedFile(read.needs, read.experiment_name, read.warnings)


def read_job_file(
    workspace: Workspace,
    text: str,
    *,
    snapshot: Snapshot | None = None,
    texts: Mapping[str, str] | None = None,
    settings: tuple[str, ...] = (),
    only_needs: bool = False,
) -> ReadJob:
    """Return what the job file of a command means in a workspace.

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


def submit_file(
    *,
    actor: User,
    workspace: Workspace,
    text: str,
    snapshot: Snapshot | None,
    texts: Mapping[str, str] | None = None,
    settings: tuple[str, ...] = (),
    properties: Mapping[str, str] | None = None,
    codes: Mapping[str, str] | None = None,
    uploads: Mapping[str, str] | None = None,
) -> Run:
    """Submit a job file with its code.

    Args: texts, settings: as ``read_job_file`` takes them. properties: what a client found out about the code, such as the
        state of its git repository; what the file says goes first. codes, uploads: as ``JobFile`` has them.
    Raises:
        InvalidInput: with a sentence for each field that is wrong, with its line. UserError: as ``submit_command``.
    """
    file = JobFile(text, texts or {}, settings, snapshot, properties or {}, codes or {}, uploads or {})
    other = _other_type(text)
    if other is not None:
        return other.submit(actor, workspace, file)
    read = read_job_file(workspace, text, snapshot=snapshot, texts=texts, settings=settings)
    return submit_command(
        actor=actor,
        workspace=workspace,
        job=replace(read.job, properties={**file.properties, **read.job.properties}),
        snapshot=snapshot,
        experiment_name=read.experiment_name,
        warnings=read.warnings,
    )


def _other_type(text: str) -> JobType | None:
    """Return who reads files of the type that this one is of; None where that is a command, or nothing we know."""
    wanted = type_of_file(text)
    return next((known for known in hooks.job_types() if known.type == wanted), None)
