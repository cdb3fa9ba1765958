"""Answers kept for requests that a client may send twice."""

from django.conf import settings
from django.db import models

from apps.core.models.base import BaseModel


class IdempotentAnswer(BaseModel):
    """What was answered to a create request that carried an ``Idempotency-Key``, for one day.

    ``status`` is 0 while the first request is still being worked on. The answer is encrypted: it may show a token once.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    key = models.CharField(max_length=200)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    encrypted_answer = models.BinaryField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return self.key
