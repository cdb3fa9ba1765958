"""News for one person: notifications."""

from typing import Any

from apps.activity.events import user_topic
from apps.core.access import Access, Level
from apps.core.consumers import TopicConsumer


class UserConsumer(TopicConsumer):
    """``/ws/me/``"""

    access = Access(Level.SIGNED_IN, {"CONNECT": ""})

    async def may_watch(self) -> bool:
        user: Any = self.scope["user"]
        await user.arefresh_from_db(fields=["is_active"])
        return bool(user.is_active)

    async def topic(self) -> str:
        return user_topic(self.scope["user"].pk)
