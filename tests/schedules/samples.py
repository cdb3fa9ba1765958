"""What the permission tests name in addresses of schedules."""

from apps.accounts.models import User
from apps.experiments.scheduling.subject import take_run
from apps.schedules.hooks import Changes
from apps.schedules.models import Schedule
from apps.schedules.services import NewSchedule, create_schedule
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Role
from tests.experiments.factories import RunFactory
from tests.schedules.factories import cron
from tests.workspaces.factories import member


def schedule_name(workspace: Workspace, person: User) -> str:
    """A schedule that submits a run's job again, under a name that no other workspace has."""
    name = f"only-in-{workspace.name}-{Schedule.objects.filter(workspace=workspace).count()}"
    config = {"version": 1, "command": "true", "environment": None, "compute": "local"}
    run = RunFactory.create(workspace=workspace, config=config, completed=True)
    new = NewSchedule(name=name, taken=take_run(run, Changes()), trigger=cron("0 0 * * *"))
    create_schedule(actor=member(workspace, Role.OWNER), workspace=workspace, new=new)
    return name
