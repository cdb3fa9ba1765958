"""What can go wrong with experiments and runs."""

from django.utils.translation import gettext as _

from apps.core.errors import Conflict


class InvalidTransition(Conflict):
    """A run is no longer in a status from which this can follow."""

    code = "invalid_transition"

    def __init__(self, now: str, wanted: str) -> None:
        super().__init__(_("A run that is “%(now)s” cannot become “%(wanted)s”.") % {"now": now, "wanted": wanted})
