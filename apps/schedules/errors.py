"""What can go wrong with schedules; each message says what to do."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from apps.core.errors import Conflict, NotFound, UserError
from apps.core.storage.keys import shown

MOST_NAMES = 8


class ScheduleUnknown(NotFound):
    """A name is that of no schedule of the workspace."""

    code = "schedule_unknown"

    def __init__(self, name: str, names: Sequence[str] = ()) -> None:
        if names:
            more = " …" if len(names) > MOST_NAMES else ""
            message = _("There is no schedule “%(name)s” here. There are: %(names)s.")
            values = {"name": shown(name), "names": f"{', '.join(names[:MOST_NAMES])}{more}"}
        else:
            message = _("There is no schedule “%(name)s” here, nor any other. Make one on the schedules page.")
            values = {"name": shown(name)}
        super().__init__(message % values)


class NameTaken(Conflict):
    """A schedule of the name exists."""

    code = "schedule_name_taken"

    def __init__(self, name: str) -> None:
        super().__init__(
            _("There is a schedule “%(name)s” already. Choose another name.") % {"name": name}, field="name"
        )


class SubjectUnknown(UserError):
    """Nothing of this kind can be scheduled."""

    code = "schedule_subject_unknown"

    def __init__(self, kind: str, kinds: Sequence[str]) -> None:
        message = _("Nothing of the kind “%(kind)s” can be scheduled; there is: %(kinds)s.")
        super().__init__(message % {"kind": shown(kind), "kinds": ", ".join(kinds)}, field="subject")


class WatcherUnknown(UserError):
    """Nothing of this kind can be looked at."""

    code = "schedule_watch_unknown"

    def __init__(self, kind: str, kinds: Sequence[str]) -> None:
        message = _("“%(kind)s” is nothing to watch; there is: %(kinds)s.")
        super().__init__(message % {"kind": shown(kind), "kinds": ", ".join(kinds)}, field="trigger.watch")


class NothingToCome(Conflict):
    """A schedule that is switched on again has no time that is still to come."""

    code = "schedule_over"

    def __init__(self) -> None:
        super().__init__(_("No time of this schedule is still to come. Give it a later end first."), field="end_time")


class OwnerGone(UserError):
    """In whose name the schedule starts things may do so no longer."""

    code = "schedule_owner_gone"


class NotInFiles(Conflict):
    """A schedule that no schedule file can say."""

    code = "schedule_not_in_files"
