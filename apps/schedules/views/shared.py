"""What the pages of schedules have in common."""

from itertools import islice
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.schedules import services
from apps.schedules.models import Schedule
from apps.schedules.reading import stored_trigger
from apps.schedules.text import describe, shown_times
from apps.schedules.triggers import DataTrigger, Trigger, times_after
from apps.workspaces.access import WorkspaceRequest

SHOWN_TIMES = 5


def find_schedule(request: WorkspaceRequest, name: str) -> Schedule:
    """Return a schedule of the workspace by its name.

    Raises:
        ScheduleUnknown: there is none.
    """
    return services.get_schedule(request.workspace, name)


def lead_to(request: WorkspaceRequest, schedule: Schedule | None = None) -> None:
    """Leave the way to a page below the list, or below a schedule's, on the request."""
    way = [(_("Schedules"), reverse("schedules:schedules", args=[request.workspace.name]))]
    if schedule is not None:
        way.append((str(schedule), schedule.get_absolute_url()))
    request.breadcrumbs = way  # type: ignore[attr-defined]


def times_context(trigger: Trigger) -> dict[str, Any]:
    """Return what says when a trigger starts something, and when next: on clocks of its zone and of the reader's."""
    own = timezone.get_current_timezone_name()
    times = [] if isinstance(trigger, DataTrigger) else islice(times_after(trigger, timezone.now()), SHOWN_TIMES)
    return {
        "when": describe(trigger),
        "times": shown_times(times, trigger.zone),
        "zone": trigger.zone.key,
        "own_zone": own if own != trigger.zone.key else "",
        "is_data": isinstance(trigger, DataTrigger),
    }


def trigger_of(schedule: Schedule) -> Trigger | None:
    """Return the trigger of a schedule; None where it can no longer be read."""
    try:
        return stored_trigger(schedule.trigger)
    except InvalidInput:
        return None
