"""What the servers of endpoints write, as they write it."""

from uuid import UUID

from channels.db import database_sync_to_async

from apps.endpoints.api.deployments import run_of_replica
from apps.experiments.consumers import LogsConsumer
from apps.workspaces.access import workspace_access
from apps.workspaces.consumers import WorkspaceConsumer
from apps.workspaces.roles import Action


class ReplicaLogsConsumer(LogsConsumer):
    """``/ws/workspaces/<name>/endpoints/<endpoint>/replicas/<replica_id>/logs/``: as the logs of a run."""

    access = workspace_access(connect=Action.ENDPOINTS_READ)
    _run_id: UUID

    @property
    def run_id(self) -> UUID:
        """The run of the replica, once ``may_watch`` has found it."""
        return self._run_id

    async def may_watch(self) -> bool:
        if not await WorkspaceConsumer.may_watch(self):
            return False
        said = self.scope["url_route"]["kwargs"]
        find = database_sync_to_async(run_of_replica)
        run = await find(self.membership.workspace, said["endpoint_name"], said["replica_id"])
        if run is None:
            return False
        self._run_id = run.pk
        return True
