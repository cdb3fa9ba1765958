"""What the studio does with schedules that cannot go on, and whom it tells."""

from django.utils.translation import gettext as _

from apps.core import hooks as core_hooks
from apps.schedules.models import Schedule
from apps.schedules.services.shared import tell
from apps.schedules.states import ScheduleState
from apps.workspaces.services.shared import in_language_of, owners_besides


def stop(schedule: Schedule, reason: str) -> None:
    """Stop a schedule, whose row is locked, for a reason that a person must put right. The owners of its workspace hear of it."""
    schedule.state, schedule.state_reason, schedule.next_at = ScheduleState.STOPPED, reason[:2000], None
    schedule.save(update_fields=["state", "state_reason", "next_at", "updated_at"])
    people = list(owners_besides(schedule.workspace, *filter(None, [schedule.owner])))
    for person in [*people, *([schedule.owner] if schedule.owner and schedule.owner.is_active else [])]:
        with in_language_of(person):
            title = _("The schedule “%(name)s” was stopped") % {"name": schedule}
        url = schedule.get_absolute_url()
        core_hooks.notify(person, title, body=reason[:500], url=url, level="error", kind="schedule.stopped")
    tell(None, "schedule.stopped", schedule)


def tell_owner(schedule: Schedule, reason: str) -> None:
    """Tell the owner of a schedule that something could not be started, or looked at."""
    if schedule.owner is None:
        return
    with in_language_of(schedule.owner):
        title = _("The schedule “%(name)s” could not start anything") % {"name": schedule}
    url = schedule.get_absolute_url()
    core_hooks.notify(schedule.owner, title, body=reason[:500], url=url, level="error", kind="schedule.failed")
