"""What use cases of schedules have in common."""

from typing import Any

from apps.accounts.models import User
from apps.core.hooks import audit
from apps.schedules.models import Schedule
from apps.workspaces.events import workspace_changed
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting


def check_may_write(actor: User, workspace: Workspace) -> None:
    """Ask the policy whether ``actor`` may change schedules.

    Raises:
        NotFound, NotAllowed: they may not.
    """
    acting(actor, workspace, Action.SCHEDULES_WRITE)


def locked(schedule: Schedule) -> Schedule | None:
    """Return a schedule as it is now and keep others from changing it until the transaction ends; None where it is gone."""
    rows = Schedule.objects.select_for_update(of=("self",), no_key=True).select_related("workspace", "owner")
    return rows.filter(pk=schedule.pk).first()


def tell(actor: Any, verb: str, schedule: Schedule, **detail: Any) -> None:
    """Write down what was done with a schedule, and have open pages load again. Call it last: it holds the workspace's topic."""
    audit(actor, verb, schedule, workspace_id=schedule.workspace_id, summary=schedule.name, **detail)
    news(schedule)


def news(schedule: Schedule) -> None:
    """Have open pages load again. Call it last: it holds the workspace's topic."""
    workspace_changed(schedule.workspace_id, "schedules", schedule=str(schedule.pk))
