"""Schedules, and something for them to start that needs no runs."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import factory

from apps.core.errors import UserError
from apps.core.ids import uuid7
from apps.schedules.hooks import Changes, Choice, Described, Look, Started, Taken
from apps.schedules.models import Schedule, Tick
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action, Role
from tests.accounts.factories import UserFactory
from tests.workspaces.factories import MembershipFactory, WorkspaceFactory

NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


class Bell:
    """Starts nothing but a mark in a list: what a schedule is held to in tests of its times."""

    kind = "bell"
    label = "Bell"
    action = Action.RUNS_WRITE
    rung: list[tuple[str, datetime]] = []
    running: set[UUID] = set()
    refusal = ""
    fault: Exception | None = None

    def choices(self, workspace: Workspace) -> list[Choice]:
        return [Choice("ding", "Ding")]

    def take(self, workspace: Workspace, actor: Any, source: str, changes: Changes) -> Taken:
        if source not in {"ding", "dong"}:
            raise UserError("There is no such bell.", field="starts")
        return Taken(self.kind, {"sound": source}, source.title())

    def keep(self, schedule: Schedule) -> None:
        """Nothing would go away."""

    def describe(self, schedule: Schedule) -> Described:
        return Described(schedule.subject_label)

    def start(self, schedule: Schedule, tick: Tick) -> Started:
        if Bell.fault is not None:
            raise Bell.fault
        if Bell.refusal:
            raise UserError(Bell.refusal)
        Bell.rung.append((schedule.name, tick.at))
        return Started(f"{schedule.subject_label} {len(Bell.rung)}", "/bells/", uuid7())

    def is_running(self, workspace: Workspace, started_id: UUID) -> bool:
        return started_id in Bell.running


class Door:
    """Data that is whatever a test says."""

    kind = "door"
    label = "Door"
    example = "front"
    action = Action.DATA_READ
    seen: Any = 1
    problem = ""

    def check(self, workspace: Workspace, path: str) -> str:
        return path

    def look(self, workspace: Workspace, path: str, seen: Any) -> Look:
        if Door.problem:
            raise UserError(Door.problem)
        return Look(Door.seen, [f"opened {Door.seen}"], f"door/{Door.seen}")

    def page_of(self, workspace: Workspace, path: str) -> str:
        return ""


def cron(expression: str = "*/5 * * * *", zone: str = "UTC", **more: Any) -> dict[str, Any]:
    """Return a trigger."""
    return {"type": "cron", "expression": expression, "time_zone": zone, **more}


class ScheduleFactory(factory.django.DjangoModelFactory[Schedule]):
    """An active schedule of a Data Scientist's that rings every five minutes, next at noon."""

    class Meta:
        model = Schedule

    workspace = factory.SubFactory(WorkspaceFactory)
    name = factory.Sequence(lambda number: f"schedule-{number}")
    subject_kind = "bell"
    subject = factory.LazyFunction(lambda: {"sound": "ding"})
    subject_label = "Ding"
    trigger = factory.LazyFunction(cron)
    trigger_type = factory.LazyAttribute(lambda row: row.trigger["type"])
    next_at = NOON

    @factory.lazy_attribute
    def owner(self: Any) -> Any:
        person = UserFactory()
        MembershipFactory(workspace=self.workspace, user=person, role=Role.DATA_SCIENTIST)
        return person
