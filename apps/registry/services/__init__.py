"""Use cases of registered models."""

from apps.registry.services.comparing import Difference, compare
from apps.registry.services.copying import copy_files, watch_copies
from apps.registry.services.deleting import delete_model, delete_version, free_folders, free_workspace
from apps.registry.services.files import content_of, find_file, open_file, tree_of, zip_of
from apps.registry.services.logged import follow_run, register_logged
from apps.registry.services.model_files import ReadModelFile, read_model_file
from apps.registry.services.models import archive_model, edit_model, ensure_model, find_model, get_model
from apps.registry.services.references import check_ready, resolve_reference
from apps.registry.services.registering import (
    NewVersion,
    SourceFile,
    register_files,
    register_from_run,
    register_from_upload,
)
from apps.registry.services.sources import RunSource, find_run, read_source
from apps.registry.services.versions import (
    archive_version,
    delete_alias,
    edit_version,
    find_version,
    set_alias,
    set_stage,
    versions_of,
    versions_of_run,
)

__all__ = [
    "Difference",
    "NewVersion",
    "ReadModelFile",
    "RunSource",
    "SourceFile",
    "archive_model",
    "archive_version",
    "check_ready",
    "compare",
    "content_of",
    "copy_files",
    "delete_alias",
    "delete_model",
    "delete_version",
    "edit_model",
    "edit_version",
    "ensure_model",
    "find_file",
    "find_model",
    "find_run",
    "find_version",
    "follow_run",
    "free_folders",
    "free_workspace",
    "get_model",
    "open_file",
    "read_model_file",
    "read_source",
    "register_files",
    "register_from_run",
    "register_from_upload",
    "register_logged",
    "resolve_reference",
    "set_alias",
    "set_stage",
    "tree_of",
    "versions_of",
    "versions_of_run",
    "watch_copies",
    "zip_of",
]
