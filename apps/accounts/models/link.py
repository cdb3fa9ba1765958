"""Links that sign one person in, once."""

from datetime import datetime
from typing import Self

from django.db import models
from django.utils import timezone

from apps.accounts.models.user import User
from apps.core.models import BaseModel


class SignInLinkQuerySet(models.QuerySet["SignInLink"]):
    def usable(self, now: datetime | None = None) -> Self:
        """Return links that have neither been used nor run out."""
        return self.filter(used_at=None, expires_at__gt=now or timezone.now())


class SignInLink(BaseModel):
    """A link of which only the hash is stored; using it sets ``used_at`` by compare-and-set, so that it works once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_in_links")
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    objects = SignInLinkQuerySet.as_manager()

    def __str__(self) -> str:
        return f"sign-in link of {self.user_id}"
