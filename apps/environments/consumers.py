"""News of environments, for whoever may read them in a workspace."""

from apps.environments.events import ENVIRONMENTS_TOPIC
from apps.workspaces.access import workspace_access
from apps.workspaces.consumers import WorkspaceConsumer
from apps.workspaces.roles import Action


class EnvironmentsConsumer(WorkspaceConsumer):
    """``/ws/workspaces/<name>/environments/``"""

    access = workspace_access(connect=Action.ENVIRONMENTS_READ)

    async def topic(self) -> str:
        return ENVIRONMENTS_TOPIC
