"""Shortest valid rows of data, and datasets made the way people make them."""

from typing import Any

import factory
from django.utils import timezone

from apps.accounts.models import User
from apps.core.storage import get_store
from apps.data import services
from apps.data.models import Dataset, DatasetFile, DatasetVersion, Upload, UploadFile
from apps.data.services import NewFile, NewVersion
from apps.data.states import DatasetKind, UploadState
from apps.data.stores import prefix_of
from apps.workspaces.models import Workspace
from tests.accounts.factories import UserFactory
from tests.workspaces.factories import WorkspaceFactory

CSV = b"name,age\nAnn,3\nBob,4\n"


class DatasetFactory(factory.django.DjangoModelFactory[Dataset]):
    """A dataset of files with one version of one file, ``data.bin``, without its bytes."""

    class Meta:
        model = Dataset

    workspace = factory.SubFactory(WorkspaceFactory)
    name = factory.Sequence(lambda number: f"dataset-{number}")
    kind = DatasetKind.FILE

    @classmethod
    def _create(cls, model_class: type[Dataset], *args: Any, **fields: Any) -> Dataset:
        dataset: Dataset = super()._create(model_class, *args, **fields)
        version = DatasetVersion.objects.create(
            dataset=dataset,
            number=1,
            datastore=services.ensure_default_datastore(dataset.workspace),
            folder=f"uploads/{dataset.pk}",
            sha256="a" * 64,
            file_count=1,
            size=3,
        )
        DatasetFile.objects.create(version=version, path="data.bin", size=3, sha256="b" * 64)
        dataset.latest, dataset.latest_at = version, version.created_at
        dataset.save()
        return dataset


class UploadFactory(factory.django.DjangoModelFactory[Upload]):
    """An open upload of one empty file, ``a.csv``."""

    class Meta:
        model = Upload
        skip_postgeneration_save = True

    workspace = factory.SubFactory(WorkspaceFactory)
    datastore = factory.LazyAttribute(lambda row: services.ensure_default_datastore(row.workspace))
    created_by = factory.SubFactory(UserFactory)
    fingerprint = factory.Sequence(lambda number: f"{number:064}")
    folder = factory.LazyAttribute(lambda row: f"uploads/{row.fingerprint}")
    file_count = 1
    size = 0
    active_at = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def file(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        UploadFile.objects.create(upload=self, path="a.csv", size=0)


def uploaded(actor: User, workspace: Workspace, **files: bytes) -> Upload:
    """Return a complete upload of files, whose bytes are there."""
    new = [NewFile(path, len(data)) for path, data in files.items()]
    upload, _is_new = services.begin_upload(actor=actor, workspace=workspace, files=new)
    for path, data in files.items():
        stored = get_store().write(f"{prefix_of(workspace.pk)}/{upload.folder}/{path}", [data])
        upload.files.filter(path=path).update(received=len(data), sha256=stored.sha256)
    Upload.objects.filter(pk=upload.pk).update(state=UploadState.COMPLETE)
    upload.refresh_from_db()
    return upload


def dataset_of(
    actor: User, workspace: Workspace, name: str = "people", *, files: dict[str, bytes] | None = None, **fields: Any
) -> DatasetVersion:
    """Return a version of a dataset; a table of two rows unless told otherwise."""
    upload = uploaded(actor, workspace, **(files or {"people.csv": CSV}))
    new = NewVersion(name=name, **{"kind": DatasetKind.TABULAR, **fields})
    return services.create_version(actor=actor, workspace=workspace, upload=upload, new=new)
