"""News of environments, and what is said while one is built, for whoever may read them in a workspace."""

from uuid import UUID

from channels.db import database_sync_to_async

from apps.environments.events import ENVIRONMENTS_TOPIC
from apps.environments.services import run_of_build
from apps.experiments.consumers import LogsConsumer
from apps.workspaces.access import workspace_access
from apps.workspaces.consumers import WorkspaceConsumer
from apps.workspaces.roles import Action


class EnvironmentsConsumer(WorkspaceConsumer):
    """``/ws/workspaces/<name>/environments/``"""

    access = workspace_access(connect=Action.ENVIRONMENTS_READ)

    async def topic(self) -> str:
        return ENVIRONMENTS_TOPIC


class BuildLogsConsumer(LogsConsumer):
    """``/ws/workspaces/<name>/environment-builds/<build_id>/logs/``: as the logs of a run, which may be another workspace's."""

    access = workspace_access(connect=Action.ENVIRONMENTS_READ)
    _run_id: UUID

    @property
    def run_id(self) -> UUID:
        """The run of the build, once ``may_watch`` has found it."""
        return self._run_id

    async def may_watch(self) -> bool:
        if not await WorkspaceConsumer.may_watch(self):
            return False
        build_id = self.scope["url_route"]["kwargs"]["build_id"]
        run = await database_sync_to_async(run_of_build)(self.membership.workspace, build_id)
        if run is None:
            return False
        self._run_id = run.pk
        return True
