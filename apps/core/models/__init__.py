from apps.core.models.base import BaseModel
from apps.core.models.events import Event, Topic
from apps.core.models.idempotency import IdempotentAnswer
from apps.core.models.lists import SavedView
from apps.core.models.outbox import PendingTask
from apps.core.models.tickets import SpentTicket

__all__ = ["BaseModel", "Event", "IdempotentAnswer", "PendingTask", "SavedView", "SpentTicket", "Topic"]
