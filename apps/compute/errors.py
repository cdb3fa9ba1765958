"""What can go wrong with compute."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import Conflict, NotFound


class WorkStateConflict(Conflict):
    """A work order is no longer in a state in which this could happen to it."""

    code = "work_state_conflict"

    def __init__(self, now: str, wanted: str) -> None:
        super().__init__(_("Work that is %(now)s cannot become %(wanted)s.") % {"now": now, "wanted": wanted})


class NoSuchTarget(NotFound):
    """A workspace has no compute target of this name."""

    code = "no_such_target"

    def __init__(self, name: str, known: Iterable[Any]) -> None:
        message = _("There is no compute target %(name)s here. Choose one of these: %(known)s.")
        super().__init__(message % {"name": name, "known": ", ".join(str(target) for target in known)})


class IsIsolated(Conflict):
    """A machine keeps user code apart, so nobody needs to accept that it does not."""

    code = "machine_is_isolated"


class WorkIsOver(Conflict):
    """Work that has ended, or has left the queue, can no longer be changed this way."""

    code = "work_is_over"
