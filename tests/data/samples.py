"""What the permission tests name in addresses of data."""

from typing import Any

from apps.accounts.models import User
from apps.core.storage import get_store
from apps.data.models import DatasetFile, Datastore, Upload, UploadFile
from apps.data.states import DatasetKind, UploadState
from apps.data.stores import prefix_of
from apps.workspaces.models import Workspace
from tests.data.factories import CSV, DatasetFactory, UploadFactory


def dataset_name(workspace: Workspace, person: User) -> str:
    """A table whose bytes are there, under a name that no other workspace has."""
    number = workspace.datasets.count()
    name = f"only-in-{workspace.name}-{number}"
    dataset = DatasetFactory.create(workspace=workspace, name=name, kind=DatasetKind.TABULAR)
    version = dataset.versions.get()
    version.settings, version.column_count = {"format": "delimited"}, 2
    version.columns = [{"name": name, "source": name, "type": "string", "included": True} for name in ("name", "age")]
    version.save()
    get_store().write(f"{prefix_of(workspace.pk)}/{version.folder}/data.csv", [CSV])
    DatasetFile.objects.update_or_create(version=version, defaults={"path": "data.csv", "size": len(CSV)})
    return name


def datastore_name(workspace: Workspace, person: User) -> str:
    """A datastore under a name that no other workspace has."""
    name = f"only-in-{workspace.name}-{workspace.datastores.count()}"
    Datastore.objects.create(workspace=workspace, name=name, kind="workspace")
    return name


def data_upload(workspace: Workspace, person: User) -> Any:
    """A complete upload of one table; the same until somebody gives it up."""
    return _upload(workspace, person).pk


def data_file(workspace: Workspace, person: User) -> Any:
    """The file of that upload."""
    return UploadFile.objects.get(upload=_upload(workspace, person)).pk


def _upload(workspace: Workspace, person: User) -> Upload:
    found = Upload.objects.filter(workspace=workspace).first()
    if found is not None:
        return found
    upload: Upload = UploadFactory.create(workspace=workspace, created_by=person, state=UploadState.COMPLETE)
    UploadFile.objects.filter(upload=upload).update(size=len(CSV), received=len(CSV), sha256="c" * 64)
    get_store().write(f"{prefix_of(workspace.pk)}/{upload.folder}/a.csv", [CSV])
    return upload
