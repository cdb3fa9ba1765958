"""News of one draft: new revisions, and who has it open."""

import asyncio
import logging
from uuid import UUID

from channels.db import database_sync_to_async

from apps.core.feeds import EventSource, Source
from apps.designer.events import draft_topic
from apps.designer.models import Draft, DraftVisit
from apps.designer.services import presence
from apps.workspaces.access import workspace_access
from apps.workspaces.consumers import WorkspaceConsumer
from apps.workspaces.roles import Action

logger = logging.getLogger(__name__)


class DraftConsumer(WorkspaceConsumer):
    """``/ws/workspaces/<name>/designer/drafts/<draft_id>/``. Whoever is connected has the draft open."""

    access = workspace_access(connect=Action.PIPELINES_READ)
    check_again_on = frozenset()

    visit: DraftVisit | None = None

    @property
    def draft_id(self) -> UUID:
        """The draft of the address."""
        found: UUID = self.scope["url_route"]["kwargs"]["draft_id"]
        return found

    async def may_watch(self) -> bool:
        if not await super().may_watch():
            return False
        drafts = Draft.objects.filter(workspace_id=self.membership.workspace_id)
        return await drafts.filter(pk=self.draft_id).aexists()

    async def source(self) -> Source:
        return EventSource(draft_topic(self.draft_id))

    async def connect(self) -> None:
        await super().connect()
        if self.tasks:  # it was accepted
            self.visit = await database_sync_to_async(presence.enter)(self.draft_id, self.scope["user"])
            self.tasks.append(asyncio.create_task(self._stay()))

    async def disconnect(self, code: int) -> None:
        await super().disconnect(code)
        if self.visit is not None:
            await database_sync_to_async(presence.leave)(self.visit)

    async def _stay(self) -> None:
        while self.visit is not None:
            await asyncio.sleep(presence.RENEWED_EVERY_S)
            try:
                await database_sync_to_async(presence.stay)(self.visit)
            except Exception as error:  # a database that is away for a moment must not make somebody vanish
                logger.warning("That %s is open could not be noted (%s).", self.draft_id, error)
