"""What can go wrong with compute."""

from django.utils.translation import gettext as _

from apps.core.errors import Conflict


class WorkStateConflict(Conflict):
    """A work order is no longer in a state in which this could happen to it."""

    code = "work_state_conflict"

    def __init__(self, now: str, wanted: str) -> None:
        super().__init__(_("Work that is %(now)s cannot become %(wanted)s.") % {"now": now, "wanted": wanted})
