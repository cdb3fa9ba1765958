"""New versions: of files of a run, of an upload, or of files that lie in the store."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import queue
from apps.core.errors import InvalidInput
from apps.core.storage import digest_of, get_store
from apps.core.storage.keys import fault_in_path, shown
from apps.data.errors import UploadIncomplete, UploadOver
from apps.data.models import Upload, UploadFile
from apps.data.states import UploadState
from apps.data.stores import files_of
from apps.experiments.models import Run, RunFile
from apps.registry.errors import FilesRefused, PathUnknown, VersionExists
from apps.registry.guessing import guess_framework, guess_type
from apps.registry.manifest import LARGEST_BYTES, read_manifest
from apps.registry.models import ModelFile, ModelVersion, RegisteredModel
from apps.registry.services.models import ensure_model, find_model
from apps.registry.services.shared import (
    PORTION,
    check_may_write,
    check_tags,
    locked,
    point_to_latest,
    tell,
    with_properties,
)
from apps.registry.states import Framework, ModelType, VersionState
from apps.workspaces.models import Workspace
from apps.workspaces.services.shared import check_fields, lock

MOST_FILES: Final = 20_000
LONGEST_PATH_BYTES: Final = 600
HIGHEST_NUMBER: Final = 2**31 - 1
SHOWN_PATHS: Final = 20


@dataclass(frozen=True)
class SourceFile:
    """A file that a version shall have: its path there, its size in bytes, its SHA-256, and where the store has it now."""

    path: str
    size: int
    sha256: str
    key: str


@dataclass(frozen=True)
class NewVersion:
    """What is said of a version when it is registered. ``type`` and ``framework`` are found out where they are None.

    ``version``: the number that it must get; None is the next one. ``environment``: ``name:version`` of what it needs.
    ``flavors`` are those of a model without ``MLmodel``, as a model file says them.
    """

    type: str | None = None
    framework: str | None = None
    framework_version: str = ""
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    flavors: Mapping[str, Any] = field(default_factory=dict)
    version: int | None = None
    source: str = ""
    root: str = ""
    environment: str = ""
    run: Run | None = None


def register_from_run(
    *, actor: User | None, workspace: Workspace, name: str, run: Run, path: str, once: bool = False, **said: Any
) -> ModelVersion:
    """Make a version of a file or folder of a run; a task copies its files, so that it outlives the run.

    Args: actor: None for the run itself, which registers for whoever submitted it. path: among the run's files, such as
        ``outputs/model``; empty is all of them. once: return the version that was made of it before, if there is one.
        said: fields of ``NewVersion``.

    Raises:
        PathUnknown: the run has nothing there. FilesRefused, InvalidInput, VersionExists: it cannot be a version.
    """
    check_may_write(actor, workspace)
    if run.workspace_id != workspace.pk or run.deleted_at is not None:
        raise InvalidInput({"run": [_("There is no such run in this workspace.")]})
    path = path.strip().strip("/")
    path = "" if path == "." else path.removeprefix("./")
    files, root = _files_of_run(run, path)
    environment = (run.config.get("environment") or {}).get("name") or ""
    new = NewVersion(
        **{"source": f"runs:/{run.pk}/{path}".rstrip("/"), "root": root, "environment": environment, "run": run, **said}
    )
    return register_files(
        actor=actor or run.submitted_by, workspace=workspace, name=name, files=files, new=new, once=once
    )


def register_files(
    *,
    actor: User | None,
    workspace: Workspace,
    name: str,
    files: Sequence[SourceFile],
    new: NewVersion,
    once: bool = False,
) -> ModelVersion:
    """Make a version of files that lie in the store. A task copies them; the caller has asked the policy.

    Args: once: return the version of this run and source that was made before, if there is one.

    Raises:
        FilesRefused, InvalidInput, VersionExists: it cannot be a version.
    """
    check_files(files)
    new, manifest = _described(files, new)
    pk = uuid4()
    folder = f"workspaces/{workspace.pk}/models/{pk}"
    with transaction.atomic():
        workspace = lock(workspace)  # of two who register the same once, the second finds it
        known = _made_before(workspace, name, new) if once else None
        return known or _write_down(actor, workspace, name, new, manifest, files, folder=folder, is_copied=False)


def register_from_upload(*, actor: User, workspace: Workspace, name: str, upload: Upload, **said: Any) -> ModelVersion:
    """Make a version of a complete upload. Its files stay where they are and belong to the version from then on.

    Args: said: fields of ``NewVersion``.

    Raises:
        UploadIncomplete, UploadOver: the upload is not complete, or belongs to something else since.
        FilesRefused, InvalidInput, VersionExists: it cannot be a version.
    """
    check_may_write(actor, workspace)
    if upload.workspace_id != workspace.pk:
        raise InvalidInput({"upload": [_("There is no such upload in this workspace.")]})
    if upload.state != UploadState.COMPLETE:
        missing = upload.files.filter(sha256="").order_by("path")
        first = missing.first()
        raise UploadIncomplete(first.path if first else upload.folder, max(1, missing.count()))
    folder = files_of(upload.datastore).key(upload.folder)
    rows = UploadFile.objects.filter(upload=upload).order_by("path").values_list("path", "size", "sha256")
    files = [SourceFile(path, size, sha256, f"{folder}/{path}") for path, size, sha256 in rows]
    root = _common_folder(files)
    if root:
        folder = f"{folder}/{root}"
        files = [replace(file, path=file.path.removeprefix(f"{root}/")) for file in files]
    check_files(files)
    new, manifest = _described(files, NewVersion(**{"source": "upload", "root": root, **said}))
    with transaction.atomic():
        if not Upload.objects.select_for_update().filter(pk=upload.pk).exists():
            raise UploadOver
        version = _write_down(actor, workspace, name, new, manifest, files, folder=folder, is_copied=True)
        Upload.objects.filter(pk=upload.pk).delete()
    return version


def check_files(files: Sequence[SourceFile]) -> None:
    """Hold files to what a version can have.

    Raises:
        FilesRefused: with what is wrong, and what to do.
    """
    if not files:
        raise FilesRefused(_("A model has at least one file."))
    if len(files) > MOST_FILES:
        message = _("These are %(count)d files; a model has at most %(most)d. Pack them into one.")
        raise FilesRefused(message % {"count": len(files), "most": MOST_FILES})
    paths = {file.path for file in files}
    for file in files:
        fault = fault_in_path(file.path, max_bytes=LONGEST_PATH_BYTES)
        if fault is not None:
            message = _("“%(path)s” cannot be a file of a model: %(fault)s.")
            raise FilesRefused(message % {"path": shown(file.path), "fault": fault})
        parts = file.path.split("/")
        above = next((path for n in range(1, len(parts)) if (path := "/".join(parts[:n])) in paths), None)
        if above is not None:
            raise FilesRefused(_("“%(path)s” is a file and a folder at once.") % {"path": shown(above)})


def _files_of_run(run: Run, path: str) -> tuple[list[SourceFile], str]:
    """Return a run's files under a path, and what the folder is called; no name for a single file."""
    rows = RunFile.objects.filter(run=run).order_by("path")
    if path and fault_in_path(path, max_bytes=1000) is not None:
        raise PathUnknown(path, _tops(run))
    single = rows.filter(path=path).first() if path else None
    if single is not None:
        return [SourceFile(path.rpartition("/")[2], single.size, single.sha256, single.key)], ""
    prefix = f"{path}/" if path else ""
    found = rows.filter(path__startswith=prefix).values_list("path", "size", "sha256", "key")[: MOST_FILES + 1]
    # SQLite compares without regard to case of ASCII letters
    files = [
        SourceFile(name[len(prefix) :], size, sha256, key)
        for name, size, sha256, key in found
        if name.startswith(prefix)
    ]
    if not files:
        raise PathUnknown(path or "/", _tops(run))
    return files, path.rpartition("/")[2]


def _tops(run: Run) -> list[str]:
    """Return some folders and files of a run that could become a model."""
    paths = RunFile.objects.filter(run=run).order_by("path").values_list("path", flat=True)[:1000]
    found: dict[str, None] = {}
    for path in paths:
        found["/".join(path.split("/")[:2])] = None
    return list(found)[:SHOWN_PATHS]


def _common_folder(files: Sequence[SourceFile]) -> str:
    """Return the one folder in which all files lie, if there is one."""
    tops = {file.path.partition("/")[0] for file in files if "/" in file.path}
    return tops.pop() if len(tops) == 1 and all("/" in file.path for file in files) else ""


def _described(files: Sequence[SourceFile], new: NewVersion) -> tuple[NewVersion, dict[str, Any]]:
    """Find out what the files are, where it is not said."""
    paths = [file.path for file in files]
    keys = {file.path: file.key for file in files}

    def opened(path: str) -> io.BytesIO:
        return io.BytesIO(b"".join(get_store().open(keys[path], 0, LARGEST_BYTES + 1)))

    manifest = read_manifest(paths, opened) or ({"flavors": dict(new.flavors)} if new.flavors else {})
    kind = new.type or guess_type(paths)
    if kind not in ModelType.values:
        raise InvalidInput({"type": [_("It is one of: %(types)s.") % {"types": ", ".join(ModelType.values)}]})
    if kind == ModelType.MLFLOW and "MLmodel" not in keys:
        message = _(
            "An MLflow model has a file “MLmodel” in its folder, and there is none. Choose its folder, or another type."
        )
        raise InvalidInput({"type": [message]})
    guessed, guessed_version = guess_framework(paths, manifest)
    framework = new.framework or guessed
    if framework not in Framework.values:
        raise InvalidInput({"framework": [_("It is one of: %(types)s.") % {"types": ", ".join(Framework.values)}]})
    framework_version = new.framework_version or (guessed_version if framework == guessed else "")
    return replace(new, type=kind, framework=framework, framework_version=framework_version), manifest


@transaction.atomic
def _write_down(
    actor: User | None,
    workspace: Workspace,
    name: str,
    new: NewVersion,
    manifest: dict[str, Any],
    files: Sequence[SourceFile],
    *,
    folder: str,
    is_copied: bool,
) -> ModelVersion:
    workspace = lock(workspace)
    model = find_model(workspace, name)
    if model is None:
        model = ensure_model(None, workspace, name, description=new.description, tags=new.tags)
        RegisteredModel.objects.filter(pk=model.pk).update(created_by=actor)
    model = locked(model) or model
    version = ModelVersion(
        model=model,
        number=_next_number(model, new.version),
        type=new.type or ModelType.CUSTOM,
        framework=new.framework or Framework.CUSTOM,
        framework_version=new.framework_version,
        description=new.description,
        tags=check_tags(new.tags),
        properties=with_properties({}, dict(new.properties)),
        state=VersionState.READY if is_copied else VersionState.PENDING,
        run=new.run,
        run_name=str(new.run) if new.run else "",
        source=new.source[:2000],
        environment=new.environment[:300],
        manifest=manifest,
        folder=folder,
        root=new.root,
        file_count=len(files),
        size=sum(file.size for file in files),
        sha256=digest_of((file.path, file.sha256) for file in sorted(files, key=lambda file: file.path)),
        created_by=actor,
    )
    check_fields(version, "description", "framework_version")
    version.save()
    rows = [
        ModelFile(
            version=version,
            path=file.path,
            size=file.size,
            sha256=file.sha256,
            source_key="" if is_copied else file.key,
        )
        for file in files
    ]
    ModelFile.objects.bulk_create(rows, batch_size=PORTION)
    model.latest_number, model.archived_at = version.number, None
    model.save(update_fields=["latest_number", "archived_at", "updated_at"])
    point_to_latest(model)
    if not is_copied:
        queue.enqueue("registry.copy_files", version.pk)
    tell(actor, "model.version_created", model, version.reference)
    return version


def _made_before(workspace: Workspace, name: str, new: NewVersion) -> ModelVersion | None:
    rows = ModelVersion.objects.filter(model__workspace=workspace, run=new.run, source=new.source[:2000])
    return next((row for row in rows.select_related("model") if row.model.name.lower() == name.lower()), None)


def _next_number(model: RegisteredModel, wanted: int | None) -> int:
    """Return the number of the next version of a model whose row is locked."""
    if wanted is None:
        return model.latest_number + 1
    if not 1 <= wanted <= HIGHEST_NUMBER:
        raise InvalidInput({"version": [_("A version is a whole number from 1 on.")]})
    if wanted <= model.latest_number:
        raise VersionExists(model.name, wanted, model.latest_number)
    return wanted
