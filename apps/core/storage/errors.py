"""What can go wrong with stored files."""

import errno
from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from apps.core.errors import NotFound, PlatformError, UserError


class InvalidKey(UserError):
    """The name cannot be that of a stored file."""

    code = "invalid_key"


class FileMissing(NotFound):
    """No file is stored under the key."""

    code = "file_missing"

    def __init__(self, key: str) -> None:
        super().__init__(_("This file is not in the file store; it may have been deleted in the meantime."))
        self.key = key


class StorageFull(UserError):
    """There is no space left; nothing of the file was kept."""

    code = "storage_full"
    status = HTTPStatus.INSUFFICIENT_STORAGE

    def __init__(self) -> None:
        super().__init__(
            _(
                "The studio has no space left for files, so nothing was saved. "
                "Delete what is no longer needed and empty the trash, or ask an administrator to add space."
            )
        )


class StorageUnavailable(PlatformError):
    """The store does not answer, or refuses the studio's own credentials; the cause is chained for the log."""

    code = "storage_unavailable"
    status = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self) -> None:
        super().__init__(_("The file store cannot be reached right now. Try again in a minute."))


def means_full(error: OSError) -> bool:
    """Whether the operating system says that the disk, or the quota on it, is used up."""
    return error.errno in {errno.ENOSPC, errno.EDQUOT}
