"""What can be done with drafts."""

from apps.designer.services.checking import check_draft, reuse_of
from apps.designer.services.drafts import (
    archive_draft,
    copy_draft,
    create_draft,
    delete_draft,
    edit_draft,
    find_draft,
)
from apps.designer.services.saving import restore_revision, save_patch
from apps.designer.services.submitting import submit_draft

__all__ = [
    "archive_draft",
    "check_draft",
    "copy_draft",
    "create_draft",
    "delete_draft",
    "edit_draft",
    "find_draft",
    "restore_revision",
    "reuse_of",
    "save_patch",
    "submit_draft",
]
