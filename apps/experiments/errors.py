"""What can go wrong with experiments and runs; each message says what to do."""

from django.utils.translation import gettext as _

from apps.core.errors import Conflict, NotFound, UserError


class InvalidTransition(Conflict):
    """A run is no longer in a status from which this can follow."""

    code = "invalid_transition"

    def __init__(self, now: str, wanted: str) -> None:
        super().__init__(_("A run that is “%(now)s” cannot become “%(wanted)s”.") % {"now": now, "wanted": wanted})


class EnvironmentUnusable(UserError):
    """No run can be made with this environment."""

    code = "environment_unusable"

    def __init__(self, name: str, reason: str) -> None:
        message = _("The environment %(name)s cannot be used: %(reason)s")
        super().__init__(message % {"name": name, "reason": reason}, field="environment")


class EnvironmentUnknown(UserError):
    """The studio has no environments, or not this one."""

    code = "environment_unknown"

    def __init__(self, name: str) -> None:
        super().__init__(_("There is no environment “%(name)s” here.") % {"name": name}, field="environment")


class ExperimentArchived(Conflict):
    """Nothing new goes into an archived experiment."""

    code = "experiment_archived"

    def __init__(self, name: str) -> None:
        message = _("The experiment “%(name)s” is archived. Restore it, or choose another name.")
        super().__init__(message % {"name": name}, field="experiment_name")


class RunGone(NotFound):
    """It was there when the page was opened."""

    code = "run_gone"

    def __init__(self) -> None:
        super().__init__(_("This run was deleted in the meantime."))


class RunStillActive(Conflict):
    """Deleting would take the files away under a program that writes them."""

    code = "run_active"

    def __init__(self, name: str) -> None:
        super().__init__(_("“%(name)s” has not ended yet. Cancel it first; then it can be deleted.") % {"name": name})


class NotRepeatable(Conflict):
    """The studio did not start this run, so it cannot start it again."""

    code = "not_repeatable"

    def __init__(self) -> None:
        super().__init__(_("Only runs of a command can be run again; this one was started from outside of the studio."))


class SnapshotRefused(UserError):
    """The code cannot be kept; the message says why."""

    code = "snapshot_refused"


class SnapshotGone(Conflict):
    """The code was freed between its upload and the run."""

    code = "snapshot_gone"

    def __init__(self) -> None:
        super().__init__(_("The uploaded code is no longer there. Upload it again."), field="code")


class ChecksumWrong(UserError):
    """What arrived is not what was sent."""

    code = "checksum_wrong"

    def __init__(self, path: str) -> None:
        super().__init__(_("“%(path)s” did not arrive as it was sent. Send it again.") % {"path": path})
