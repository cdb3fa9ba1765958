"""Faults of what the studio stands on, put into words: a full disk, a database that is away or busy."""

import errno
from http import HTTPStatus

from django.db import DatabaseError, InterfaceError, OperationalError
from django.utils.translation import gettext as _

from apps.core.errors import PlatformError, StudioError

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
    return None


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
