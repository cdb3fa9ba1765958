"""News of a workspace: members, settings, and what other apps publish on its topic."""

from channels.db import database_sync_to_async
from django.http import Http404

from apps.core.consumers import TopicConsumer
from apps.workspaces.access import find_membership, workspace_access
from apps.workspaces.events import workspace_topic
from apps.workspaces.roles import Action, role_allows


class WorkspaceConsumer(TopicConsumer):
    """``/ws/workspaces/<name>/``"""

    access = workspace_access(connect=Action.WORKSPACE_ENTER)
    check_again_on = frozenset({"members.changed", "workspace.changed"})

    async def may_watch(self) -> bool:
        try:
            self.membership = await database_sync_to_async(find_membership)(
                self.scope["user"], self.scope["url_route"]["kwargs"]["name"]
            )
        except Http404:
            return False
        return role_allows(self.membership.role, self.access.verbs["CONNECT"])

    async def topic(self) -> str:
        return workspace_topic(self.membership.workspace_id)
