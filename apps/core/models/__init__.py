from apps.core.models.base import BaseModel
from apps.core.models.events import Event, Topic
from apps.core.models.idempotency import IdempotentAnswer
from apps.core.models.lists import SavedView
from apps.core.models.outbox import PendingTask

__all__ = ["BaseModel", "Event", "IdempotentAnswer", "PendingTask", "SavedView", "Topic"]
