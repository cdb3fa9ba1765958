"""What can keep a request from being stored."""

from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import Conflict, NotFound, PlatformError, UserError


class TokenRefused(UserError):
    """Whoever calls is not known, or may not write here."""

    code = "not_authenticated"
    status = HTTPStatus.UNAUTHORIZED


class WorkOver(Conflict):
    """The work ended so long ago that nothing can belong to it any more."""

    code = "work_over"

    def __init__(self) -> None:
        super().__init__(_("This run ended too long ago to log to it with the token it had."))


class RunUnknown(NotFound):
    """The run was deleted, or never was."""

    code = "run_unknown"

    def __init__(self) -> None:
        super().__init__(_("There is no such run; it may have been deleted."))


class LogGap(Conflict):
    """Bytes between what the studio has and what was sent are missing."""

    code = "log_gap"

    def __init__(self, size: int) -> None:
        super().__init__(_("The studio has %(size)d bytes of this log. Send what follows them.") % {"size": size})
        self.size = size

    def problem(self) -> dict[str, Any]:
        return {**super().problem(), "size": self.size}


class Busy(PlatformError):
    """More is waiting to be written than may wait."""

    code = "busy"
    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self) -> None:
        super().__init__(_("The studio has more to write than it can at the moment. Send this again in a second."))
