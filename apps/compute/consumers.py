"""News of machines and of work, for whoever may read compute in a workspace."""

from apps.compute.events import MACHINES_TOPIC, work_topic
from apps.workspaces.access import workspace_access
from apps.workspaces.consumers import WorkspaceConsumer
from apps.workspaces.roles import Action


class MachinesConsumer(WorkspaceConsumer):
    """``/ws/workspaces/<name>/compute/``"""

    access = workspace_access(connect=Action.COMPUTE_READ)

    async def topic(self) -> str:
        return MACHINES_TOPIC


class WorkConsumer(WorkspaceConsumer):
    """``/ws/workspaces/<name>/compute/work/``"""

    access = workspace_access(connect=Action.COMPUTE_READ)

    async def topic(self) -> str:
        return work_topic(self.membership.workspace_id)
