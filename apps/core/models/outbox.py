"""Tasks that were promised in a transaction and have not ended yet."""

from django.db import models
from django.utils import timezone

from apps.core.models.base import BaseModel


class PendingTask(BaseModel):
    """A Celery task written in the transaction that asks for it.

    The message to the broker only wakes a worker. Where it is lost, the row is still here and is sent (again) at ``send_at``.
    """

    name = models.CharField(max_length=200)
    arguments = models.JSONField(default=list)
    send_at = models.DateTimeField(default=timezone.now, db_index=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)
    failed_at = models.DateTimeField(null=True, db_index=True)

    def __str__(self) -> str:
        return f"{self.name}{tuple(self.arguments)}"
