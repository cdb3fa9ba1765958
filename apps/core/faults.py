"""Exceptions that are not ours, put into words: a full disk, a database that is away or busy, a request that is too large."""

import errno
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError, InterfaceError, OperationalError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from apps.core.errors import PlatformError, StudioError, TooLarge, UserError

POSTGRES_DISK_FULL = "53100"


class DiskFull(PlatformError):
    """There is no space for another row or file."""

    code = "disk_full"
    status = HTTPStatus.INSUFFICIENT_STORAGE


class DatabaseAway(PlatformError):
    """The database does not answer, or is busy for longer than a request can wait."""

    code = "database_away"
    status = HTTPStatus.SERVICE_UNAVAILABLE


def recognise(error: BaseException) -> StudioError | None:
    """Return the error in words where it is one that we know, else None."""
    if isinstance(error, StudioError):
        return error
    if _means_full(error):
        return DiskFull(
            _(
                "The studio's disk is full, so this was not saved. An administrator must free some space; then try again."
            )
        )
    if isinstance(error, (OperationalError, InterfaceError)):
        return DatabaseAway(_("The database does not answer right now, so this was not saved. Try again in a moment."))
    if isinstance(error, RequestDataTooBig):
        return too_large()
    if isinstance(error, SuspiciousOperation):
        return UserError(_("This request could not be understood. Go back and try again."))
    return None


def too_large() -> TooLarge:
    """Return the error for a request whose body does not fit into memory."""
    limit = filesizeformat(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    return TooLarge(_("The request is larger than %(limit)s. Send less at once.") % {"limit": limit})


def _means_full(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno in {errno.ENOSPC, errno.EDQUOT}
    if not isinstance(error, DatabaseError):
        return False
    cause = error.__cause__
    return (
        getattr(cause, "sqlite_errorname", "").startswith("SQLITE_FULL")
        or getattr(cause, "sqlstate", "") == POSTGRES_DISK_FULL
    )
