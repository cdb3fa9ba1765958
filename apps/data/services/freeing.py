"""Give back what deleted datasets and uploads took. Everything here may be run twice and from two workers at once."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from apps.core.storage import drafts_of, get_store
from apps.data.models import Dataset, DatasetFile, DatasetVersion, Datastore, Upload, UploadFile
from apps.data.services.uploads import draft_of
from apps.data.stores import files_of, prefix_of
from apps.workspaces.models import Workspace

PORTION: Final = 2000


def free_files(datastore_id: UUID, folder: str, drafts: Sequence[str] = ()) -> None:
    """Delete a folder of a datastore that no version of a dataset and no upload refers to any more, and drafts of files."""
    kept = drafts_of(get_store())
    for draft in drafts:
        kept.drop(draft)
    datastore = Datastore.objects.filter(pk=datastore_id).first()
    if datastore is None:
        return  # its workspace is gone, and all files with it
    in_use = DatasetVersion.objects.filter(datastore=datastore, folder=folder).exists()
    if not in_use and not Upload.objects.filter(datastore=datastore, folder=folder).exists():
        files_of(datastore).delete_folder(folder)


def free_workspace(workspace: Workspace) -> None:
    """Take away all rows and files of a workspace. Fills ``workspace_destroyed``."""
    kept = drafts_of(get_store())
    begun = UploadFile.objects.filter(upload__workspace=workspace, received__gt=0)
    for pk in begun.values_list("pk", flat=True).iterator():
        kept.drop(draft_of(pk))
    for model, path in ((UploadFile, "upload__workspace"), (DatasetFile, "version__dataset__workspace")):
        while ids := list(model._default_manager.filter(**{path: workspace}).values_list("pk", flat=True)[:PORTION]):
            model._default_manager.filter(pk__in=ids).delete()
    Upload.objects.filter(workspace=workspace).delete()
    Dataset.objects.filter(workspace=workspace).delete()
    get_store().delete_prefix(prefix_of(workspace.pk))
    Datastore.objects.filter(workspace=workspace).delete()
