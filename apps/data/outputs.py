"""Outputs of runs that become versions of datasets."""

import hashlib
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import UserError
from apps.core.storage import digest_of, get_store
from apps.data import services
from apps.data.errors import UploadMismatch, UploadOver
from apps.data.inputs.datasets import TYPES
from apps.data.models import Dataset, DatasetVersion, Datastore, Upload, UploadFile
from apps.data.services import NewFile, NewVersion
from apps.data.states import DatasetKind, UploadState
from apps.data.stores import files_of
from apps.data.tabular.settings import ParserSettings
from apps.experiments.hooks import RegisteredOutput
from apps.experiments.models import Run, RunFile
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting

PORTION = 2000


def register_output(run: Run, name: str, output: dict[str, Any]) -> RegisteredOutput | None:
    """Make a version of a dataset of what a run wrote. Fills ``experiments.hooks.register_output``.

    What is the same as the latest version of that dataset is that version, and nothing is copied.

    Raises:
        UserError: it cannot be, because nothing was written, the submitter may not, or it makes no table.
    """
    if output["type"] not in TYPES:
        return None
    if run.submitted_by is None:
        raise UserError(_("Whoever submitted the run has no account any more, in whose name it could be registered."))
    version = keep_files(actor=run.submitted_by, run=run, path=name, folder=f"outputs/{run.pk}/{name}", output=output)
    return RegisteredOutput("dataset", version.pk, version.reference)


def keep_files(*, actor: User, run: Run, path: str, folder: str, output: dict[str, Any]) -> DatasetVersion:
    """Make a version of a dataset of files that a run wrote, or return the one that is the same.

    Args: path: a folder or file beneath ``outputs/``. folder: where the files go, in the default datastore; what was kept there
        before is returned. output: ``type`` and ``name`` of the dataset.
    Raises:
        UserError: nothing was written, the actor may not, or it makes no table.
    """
    acting(actor, run.workspace, Action.DATA_WRITE)
    datastore = services.ensure_default_datastore(run.workspace)
    version = _made_of(datastore, folder) or _same_as_latest(run, path, output["name"])
    if version is not None:
        return version
    upload = _written_down(actor, run, path, datastore, folder)
    _copy(run, path, upload)
    try:
        new = _new(run, output)
        return services.create_version(actor=actor, workspace=run.workspace, upload=upload, new=new)
    except UploadOver:  # another worker was at it, too
        version = _made_of(datastore, folder)
        if version is None:
            raise
        return version


def _made_of(datastore: Datastore, folder: str) -> DatasetVersion | None:
    rows = DatasetVersion.objects.filter(datastore=datastore, folder=folder).select_related("dataset").defer("columns")
    return rows.first()


def _same_as_latest(run: Run, name: str, dataset_name: str) -> DatasetVersion | None:
    dataset = services.find_dataset(run.workspace, dataset_name)
    latest = dataset.versions.defer("columns").order_by("-number").first() if dataset else None
    if (
        dataset is None
        or latest is None
        or latest.sha256 != digest_of((path, row.sha256) for path, row in _files(run, name))
    ):
        return None
    latest.dataset = dataset
    return latest


def _files(run: Run, name: str) -> list[tuple[str, RunFile]]:
    """Return what a run wrote to an output, by path within it; a single file is called as the output is."""
    place = f"outputs/{name}"
    rows = RunFile.objects.filter(Q(path=place) | Q(path__startswith=f"{place}/"), run=run).order_by("path")
    found = [
        (row.path.removeprefix(f"{place}/") if row.path != place else name.rpartition("/")[2], row) for row in rows
    ]
    if not found:
        raise UserError(_("The run wrote nothing to “%(place)s”.") % {"place": place})
    return found


def _written_down(actor: User, run: Run, name: str, datastore: Datastore, folder: str) -> Upload:
    """Return the upload that the output becomes first; the same one whenever this is tried again."""
    files = _files(run, name)
    services.check_files([NewFile(path, row.size) for path, row in files])
    facts = {
        "datastore": datastore,
        "folder": folder,
        "file_count": len(files),
        "size": sum(row.size for _path, row in files),
        "active_at": timezone.now(),
    }
    fingerprint = hashlib.sha256(folder.encode()).hexdigest()
    upload, _made = Upload.objects.get_or_create(
        workspace=run.workspace, created_by=actor, fingerprint=fingerprint, defaults=facts
    )
    rows = [UploadFile(upload=upload, path=path, size=row.size) for path, row in files]
    UploadFile.objects.bulk_create(rows, batch_size=PORTION, ignore_conflicts=True)
    return upload


def _copy(run: Run, name: str, upload: Upload) -> None:
    """Copy the files that have not been copied yet."""
    sources = dict(_files(run, name))
    store = files_of(upload.datastore)
    for file in UploadFile.objects.filter(upload=upload, sha256="").order_by("path"):
        source = sources[file.path]
        kept = get_store().write(store.key(f"{upload.folder}/{file.path}"), get_store().open(source.key))
        if source.sha256 and kept.sha256 != source.sha256:
            raise UploadMismatch(file.path)
        UploadFile.objects.filter(pk=file.pk).update(received=kept.size, size=kept.size, sha256=kept.sha256)
    Upload.objects.filter(pk=upload.pk, state=UploadState.OPEN).update(state=UploadState.COMPLETE)
    upload.state = UploadState.COMPLETE


def _new(run: Run, output: dict[str, Any]) -> NewVersion:
    dataset: Dataset | None = services.find_dataset(run.workspace, output["name"])
    if dataset is None:
        kind = DatasetKind.TABULAR if output["type"] == "mltable" else DatasetKind.FILE
        return NewVersion(output["name"], kind, is_next=True)
    latest = dataset.versions.order_by("-number").values_list("settings", flat=True).first()
    is_table = dataset.kind == DatasetKind.TABULAR
    return NewVersion(
        dataset.name, dataset.kind, settings=ParserSettings.from_json(latest or {}) if is_table else None, is_next=True
    )
