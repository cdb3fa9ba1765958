"""Make versions of datasets, describe them, put them away and delete them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import hooks, queue
from apps.core.errors import InvalidInput
from apps.core.storage import digest_of
from apps.data.errors import DatasetExists, DatasetInUse, KindDiffers, UploadIncomplete, UploadOver
from apps.data.hooks import uses_of
from apps.data.models import Dataset, DatasetFile, DatasetVersion, Upload, UploadFile
from apps.data.schemas import apply_changes
from apps.data.services.tables import sources_of_upload
from apps.data.states import DatasetKind, UploadState
from apps.data.tabular import reading
from apps.data.tabular.settings import ParserSettings
from apps.workspaces.events import workspace_changed
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting, check_fields, lock
from apps.workspaces.tags import validate_tags

PORTION: Final = 2000
SHOWN_USES: Final = 20
EDITABLE: Final = ("description", "tags")


@dataclass(frozen=True)
class NewVersion:
    """What a version shall be. ``settings`` are guessed where there are none; ``schema`` holds changes to the columns that are
    found, by their place (see ``schemas``). Description and tags, where given, replace those of the dataset."""

    name: str
    kind: str
    settings: ParserSettings | None = None
    schema: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    description: str | None = None
    tags: Mapping[str, str] | None = None
    is_next: bool = False
    """Whether the next version of a dataset is meant where the name exists."""


def create_version(*, actor: User, workspace: Workspace, upload: Upload, new: NewVersion) -> DatasetVersion:
    """Make a dataset of a complete upload, or the next version of one.

    Raises:
        UploadIncomplete, UploadOver: the upload is not complete, or belongs to a dataset since.
        DatasetExists, KindDiffers, InvalidInput: the name cannot be had. TableFault: the files make no table.
    """
    acting(actor, workspace, Action.DATA_WRITE)
    _check_upload(upload)
    _check_name(workspace, new)  # before the files are looked at, which takes time; and again below
    settings, columns, found = _look_at(upload, new)
    with transaction.atomic():
        workspace = lock(workspace)
        acting(actor, workspace, Action.DATA_WRITE)
        locked = Upload.objects.select_for_update(of=("self",)).select_related("datastore").filter(pk=upload.pk).first()
        if locked is None:
            raise UploadOver  # another request made a version of it meanwhile
        upload = locked
        dataset = _dataset_for(actor, workspace, new)
        files = list(UploadFile.objects.filter(upload=upload).order_by("path"))
        highest = dataset.versions.aggregate(highest=Max("number"))["highest"] or 0
        version = DatasetVersion.objects.create(
            dataset=dataset,
            number=highest + 1,
            datastore=upload.datastore,
            folder=upload.folder,
            sha256=digest_of((file.path, file.sha256) for file in files),
            file_count=upload.file_count,
            size=upload.size,
            settings=settings,
            columns=columns,
            column_count=len(columns),
            row_count=found.row_count if found else None,
            is_checked=found.is_checked if found else True,
            created_by=actor,
        )
        DatasetFile.objects.bulk_create(
            [DatasetFile(version=version, path=file.path, size=file.size, sha256=file.sha256) for file in files],
            batch_size=PORTION,
        )
        dataset.latest, dataset.latest_at = version, version.created_at
        dataset.save(update_fields=["latest", "latest_at", "updated_at"])
        upload.delete()
        hooks.audit(actor, "dataset.version_created", dataset, workspace_id=workspace.pk, summary=version.reference)
        workspace_changed(workspace.pk, "datasets")
    return version


@transaction.atomic
def edit_dataset(*, actor: User, dataset: Dataset, changes: Mapping[str, Any]) -> Dataset:
    """Change description or tags.

    Raises:
        InvalidInput: a value cannot be used.
    """
    acting(actor, dataset.workspace, Action.DATA_WRITE)
    row = Dataset.objects.select_for_update(of=("self",)).select_related("workspace").get(pk=dataset.pk)
    for name in EDITABLE:
        if name in changes:
            setattr(row, name, changes[name])
    _check_description(row)
    row.save(update_fields=[*EDITABLE, "updated_at"])
    hooks.audit(actor, "dataset.edited", row, workspace_id=row.workspace_id, summary=row.name)
    workspace_changed(row.workspace_id, "datasets")
    return row


@transaction.atomic
def set_archived(*, actor: User, dataset: Dataset, archived: bool) -> None:
    """Take a dataset out of lists and choices, or put it back. What names it goes on working. Harmless when repeated."""
    acting(actor, dataset.workspace, Action.DATA_WRITE)
    moment = timezone.now() if archived else None
    rows = Dataset.objects.filter(pk=dataset.pk, archived_at__isnull=archived)
    if not rows.update(archived_at=moment, updated_at=timezone.now()):
        return
    dataset.archived_at = moment
    verb = "dataset.archived" if archived else "dataset.unarchived"
    hooks.audit(actor, verb, dataset, workspace_id=dataset.workspace_id, summary=dataset.name)
    workspace_changed(dataset.workspace_id, "datasets")


@transaction.atomic
def delete_dataset(*, actor: User, dataset: Dataset, confirmed_name: str = "") -> None:
    """Delete a dataset with all its versions; the files that nothing else refers to go in the background.

    Args: confirmed_name: must be the dataset's name where something used it.

    Raises:
        DatasetInUse: something used it, and that was not confirmed.
    """
    acting(actor, dataset.workspace, Action.DATA_WRITE)
    row = Dataset.objects.select_for_update(of=("self",)).filter(pk=dataset.pk).first()
    if row is None:
        return
    versions = list(row.versions.values_list("pk", "datastore", "folder"))
    if confirmed_name != row.name and (uses := uses_of([pk for pk, _store, _folder in versions], SHOWN_USES)):
        raise DatasetInUse(row.name, uses)
    folders = {(store, folder) for _pk, store, folder in versions}
    hooks.audit(actor, "dataset.deleted", row, workspace_id=row.workspace_id, summary=row.name)
    row.delete()
    for store, folder in folders:
        queue.enqueue("data.free_files", store, folder, [])
    workspace_changed(row.workspace_id, "datasets")


def find_dataset(workspace: Workspace, name: str) -> Dataset | None:
    """Return a dataset by its name, in any case of letters."""
    rows = Dataset.objects.filter(workspace=workspace).alias(lower_name=Lower("name"))
    return rows.filter(lower_name=name.replace("\x00", "").lower()).select_related("workspace").first()


def _check_upload(upload: Upload) -> None:
    if upload.state != UploadState.COMPLETE:
        missing = upload.files.filter(sha256="").order_by("path")
        first = missing.first()
        raise UploadIncomplete(first.path if first else upload.folder, max(1, missing.count()))


def _check_name(workspace: Workspace, new: NewVersion) -> Dataset | None:
    """Return the dataset whose next version is meant; None for a new one."""
    dataset = find_dataset(workspace, new.name)
    if dataset is None:
        check_fields(Dataset(workspace=workspace, name=new.name, kind=new.kind), "name", "kind")
        return None
    latest = dataset.versions.order_by("-number").values_list("number", flat=True).first() or 0
    if not new.is_next:
        raise DatasetExists(dataset.name, latest)
    if dataset.kind != new.kind:
        raise KindDiffers(dataset.name, dataset.get_kind_display())
    return dataset


def _dataset_for(actor: User, workspace: Workspace, new: NewVersion) -> Dataset:
    dataset = _check_name(workspace, new) or Dataset(
        workspace=workspace, name=new.name, kind=new.kind, created_by=actor
    )
    if new.description is not None:
        dataset.description = new.description
    if new.tags is not None:
        dataset.tags = dict(new.tags)
    dataset.archived_at = None
    check_fields(dataset, "name", "kind")
    _check_description(dataset)
    dataset.save()
    return dataset


def _check_description(dataset: Dataset) -> None:
    check_fields(dataset, "description")
    try:
        validate_tags(dataset.tags)
    except ValidationError as error:
        raise InvalidInput({"tags": error.messages}) from None


def _look_at(upload: Upload, new: NewVersion) -> tuple[dict[str, Any], list[dict[str, Any]], reading.Inspection | None]:
    """Return the settings, the columns and what was found out, of a table; nothing of files."""
    if new.kind == DatasetKind.FILE:
        return {}, [], None
    files = sources_of_upload(upload)
    if not files:
        raise UploadOver  # another request made a version of it meanwhile
    settings = new.settings or reading.guess(files[0])
    found = reading.inspect(files, settings)
    columns = apply_changes(found.columns, new.schema)
    if not any(column["included"] for column in columns):
        raise InvalidInput({"schema": [_("Include at least one column.")]})
    return settings.as_json(), columns, found
