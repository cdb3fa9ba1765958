"""Use cases of datastores, datasets and uploads."""

from apps.data.services.choices import check_schema, choose, suggest_name
from apps.data.services.datasets import (
    NewVersion,
    create_version,
    delete_dataset,
    edit_dataset,
    find_dataset,
    set_archived,
)
from apps.data.services.datastores import ensure_default_datastore, find_datastore, prepare_workspace
from apps.data.services.freeing import free_files, free_workspace
from apps.data.services.references import ResolvedDataset, find_version, resolve_reference
from apps.data.services.tables import (
    AskedPage,
    inspect_upload,
    preview_upload,
    preview_version,
    profile_version,
    settings_of_upload,
)
from apps.data.services.uploads import (
    NewFile,
    Part,
    begin_part,
    begin_upload,
    cancel_upload,
    check_files,
    check_part,
    complete_upload,
    draft_of,
    keep_part,
    keep_received,
    lose_file,
    prune_uploads,
    release_part,
)

__all__ = [
    "AskedPage",
    "NewFile",
    "NewVersion",
    "Part",
    "ResolvedDataset",
    "begin_part",
    "begin_upload",
    "cancel_upload",
    "check_files",
    "check_part",
    "check_schema",
    "choose",
    "complete_upload",
    "create_version",
    "delete_dataset",
    "draft_of",
    "edit_dataset",
    "ensure_default_datastore",
    "find_dataset",
    "find_datastore",
    "find_version",
    "free_files",
    "free_workspace",
    "inspect_upload",
    "keep_part",
    "keep_received",
    "lose_file",
    "prepare_workspace",
    "preview_upload",
    "preview_version",
    "profile_version",
    "prune_uploads",
    "release_part",
    "resolve_reference",
    "set_archived",
    "settings_of_upload",
    "suggest_name",
]
