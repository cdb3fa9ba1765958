"""Datasets that the studio brings itself."""

import hashlib
from collections.abc import Mapping

from apps.accounts.models import User
from apps.core.storage import digest_of, get_store
from apps.data.models import DatasetVersion, Upload
from apps.data.services.datasets import NewVersion, create_version, find_dataset
from apps.data.services.uploads import NewFile, begin_upload, complete_upload
from apps.data.states import DatasetKind
from apps.data.stores import files_of
from apps.workspaces.models import Workspace


def provide_dataset(
    *, actor: User, workspace: Workspace, name: str, files: Mapping[str, bytes], description: str = ""
) -> DatasetVersion:
    """Return the version of a table with these small files; it is made where the workspace has none.

    A dataset of that name with other files stays as it is: ours is then called ``name-2``, or as that goes on.

    Raises:
        UserError: the actor may not, or the files make no table.
    """
    digest = digest_of((path, hashlib.sha256(content).hexdigest()) for path, content in sorted(files.items()))
    free, number = name, 2
    while (dataset := find_dataset(workspace, free)) is not None:
        rows = dataset.versions.filter(sha256=digest).order_by("-number")
        version = rows.first() if dataset.archived_at is None else None
        if version is not None:
            version.dataset = dataset
            return version
        free, number = f"{name}-{number}", number + 1
    upload = _kept(actor, workspace, files)
    new = NewVersion(free, DatasetKind.TABULAR, description=description, tags={"sample": "true"})
    return create_version(actor=actor, workspace=workspace, upload=upload, new=new)


def _kept(actor: User, workspace: Workspace, files: Mapping[str, bytes]) -> Upload:
    announced = [NewFile(path, len(content)) for path, content in files.items()]
    upload, _is_new = begin_upload(actor=actor, workspace=workspace, files=announced)
    store = files_of(upload.datastore)
    for file in upload.files.filter(sha256=""):
        kept = get_store().write(store.key(f"{upload.folder}/{file.path}"), [files[file.path]])
        upload.files.filter(pk=file.pk).update(received=kept.size, sha256=kept.sha256)
    return complete_upload(actor=actor, upload=upload)
