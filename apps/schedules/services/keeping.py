"""Make, find, change and delete schedules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import InvalidInput
from apps.schedules.errors import NameTaken, ScheduleUnknown
from apps.schedules.hooks import Taken
from apps.schedules.models import MOST_CATCH_UP, USUAL_CATCH_UP, Schedule
from apps.schedules.reading import read_trigger, to_json
from apps.schedules.services.kinds import subject_of, watcher_of
from apps.schedules.services.shared import check_may_write, locked, tell
from apps.schedules.states import MissedPolicy, OverlapPolicy, ScheduleState
from apps.schedules.triggers import DataTrigger, next_time
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting, check_fields
from apps.workspaces.tags import validate_tags

SHOWN_NAMES: Final = 20
DESCRIBED: Final = ("display_name", "description", "tags")
POLICIES: Final = ("missed", "catch_up", "overlap")


@dataclass(frozen=True)
class NewSchedule:
    """A schedule to make. ``trigger`` as ``reading.read_trigger`` takes it; ``taken`` is what it starts."""

    name: str
    taken: Taken
    trigger: Any
    display_name: str = ""
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    missed: str = MissedPolicy.ONCE
    catch_up: int = USUAL_CATCH_UP
    overlap: str = OverlapPolicy.START
    is_enabled: bool = True


def find_schedule(workspace: Workspace, name: str) -> Schedule | None:
    """Return a schedule by its name, in any case of letters."""
    found = Schedule.objects.filter(workspace=workspace).named(name).select_related("owner").first()
    if found is not None:
        found.workspace = workspace
    return found


def get_schedule(workspace: Workspace, name: str) -> Schedule:
    """Return a schedule by its name.

    Raises:
        ScheduleUnknown: there is none; the message says which there are.
    """
    found = find_schedule(workspace, name)
    if found is None:
        known = Schedule.objects.filter(workspace=workspace).order_by("-created_at", "id")
        raise ScheduleUnknown(name, list(known.values_list("name", flat=True)[:SHOWN_NAMES]))
    return found


@transaction.atomic
def create_schedule(*, actor: User, workspace: Workspace, new: NewSchedule, now: datetime | None = None) -> Schedule:
    """Make a schedule. It starts things in the name of ``actor``, from its first time on that is still to come.

    Raises:
        InvalidInput: with a sentence for each field that cannot be used. NameTaken: another schedule has the name.
    """
    check_may_write(actor, workspace)
    acting(actor, workspace, _action_of(new.taken.kind))
    schedule = Schedule(
        workspace=workspace, name=new.name, owner=actor, display_name=new.display_name,
        description=new.description, tags=new.tags, missed=new.missed, catch_up=new.catch_up, overlap=new.overlap,
    )  # fmt: skip
    _take(schedule, new.taken)
    check_policies(schedule)
    _set_trigger(schedule, actor, new.trigger, now or timezone.now(), is_active=new.is_enabled)
    schedule.state = ScheduleState.ACTIVE if new.is_enabled else ScheduleState.PAUSED
    try:
        with transaction.atomic():
            schedule.save(force_insert=True)
    except IntegrityError:
        raise NameTaken(schedule.name) from None
    subject_of(schedule.subject_kind).keep(schedule)
    tell(actor, "schedule.created", schedule)
    return schedule


@transaction.atomic
def edit_schedule(
    *,
    actor: User,
    schedule: Schedule,
    changes: Mapping[str, Any],
    taken: Taken | None = None,
    now: datetime | None = None,
) -> Schedule:
    """Change a schedule. Whoever changes when, what or how it starts things is the one in whose name it does so from then on.

    Args: changes: any of display_name, description, tags, missed, catch_up, overlap, trigger. taken: what it starts instead.
    Raises:
        InvalidInput: with a sentence for each field that cannot be used.
    """
    check_may_write(actor, schedule.workspace)
    row = locked(schedule)
    if row is None:
        raise ScheduleUnknown(schedule.name)
    for name in (*DESCRIBED, *POLICIES):
        if name in changes:
            setattr(row, name, changes[name])
    check_policies(row)
    if taken is not None:
        _take(row, taken)
    if "trigger" in changes:
        if row.state == ScheduleState.ENDED:
            row.state = ScheduleState.ACTIVE  # it was given times anew
        _set_trigger(row, actor, changes["trigger"], now or timezone.now(), is_active=row.state == ScheduleState.ACTIVE)
    if taken is not None or any(name in changes for name in ("trigger", *POLICIES)):
        acting(actor, row.workspace, _action_of(row.subject_kind))
        row.owner = actor
    row.save()
    subject_of(row.subject_kind).keep(row)
    tell(actor, "schedule.edited", row)
    return row


@transaction.atomic
def delete_schedule(*, actor: User, schedule: Schedule) -> None:
    """Delete a schedule with its history. What it started stays. Harmless when repeated."""
    check_may_write(actor, schedule.workspace)
    row = locked(schedule)
    if row is None:
        return
    tell(actor, "schedule.deleted", row)
    row.delete()


def check_policies(schedule: Schedule) -> None:
    """Hold what people write and choose to its rules.

    Raises:
        InvalidInput: with a sentence for each field that breaks one.
    """
    try:
        validate_tags(schedule.tags)
    except ValidationError as error:
        raise InvalidInput({"tags": error.messages}) from None
    if not isinstance(schedule.catch_up, int) or not 1 <= schedule.catch_up <= MOST_CATCH_UP:
        raise InvalidInput({"catch_up": [_("It is a whole number from 1 to %(most)d.") % {"most": MOST_CATCH_UP}]})
    check_fields(schedule, "name", "display_name", "description", "missed", "overlap")


def _take(schedule: Schedule, taken: Taken) -> None:
    schedule.subject_kind, schedule.subject, schedule.subject_label = taken.kind, taken.content, taken.label[:255]
    schedule.subject_source = taken.source


def _set_trigger(schedule: Schedule, actor: User, given: Any, now: datetime, *, is_active: bool) -> None:
    trigger = read_trigger(given, now)
    stored = to_json(trigger)
    if isinstance(trigger, DataTrigger):
        watcher = watcher_of(trigger.watch)
        acting(actor, schedule.workspace, Action(watcher.action))
        stored["path"] = watcher.check(schedule.workspace, trigger.path)
    if stored != schedule.trigger:
        schedule.seen, schedule.problem = None, ""
    schedule.trigger, schedule.trigger_type = stored, stored["type"]
    schedule.next_at = next_time(trigger, now) if is_active else None


def _action_of(kind: str) -> Action:
    return Action(subject_of(kind).action)
