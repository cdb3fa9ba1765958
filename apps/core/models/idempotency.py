"""Answers kept for requests that a client may send twice."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.core.models.base import BaseModel


class IdempotentAnswer(BaseModel):
    """What was answered to a create request that carried an ``Idempotency-Key``, for one day.

    ``status`` is 0 while the first request is still being worked on. The answer is encrypted: it may show a token once.
    """

    # Of requests with no account behind them, such as those with an endpoint's key, ``caller`` says whose they are.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE)
    caller = models.CharField(max_length=100, blank=True)
    key = models.CharField(max_length=200)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    encrypted_answer = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once"),
            models.UniqueConstraint(
                fields=["caller", "key"], name="idempotency_key_of_caller_once", condition=Q(user=None)
            ),
        ]

    def __str__(self) -> str:
        return self.key
