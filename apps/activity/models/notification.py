"""News for one person."""

from typing import Literal, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel

Tone = Literal["ok", "busy", "warn", "bad", "idle"]


class Level(models.TextChoices):
    """How good or bad the news is."""

    INFO = "info", _("Information")
    SUCCESS = "success", _("Success")
    WARNING = "warning", _("Warning")
    ERROR = "error", _("Error")


# As statuses are coloured all over the studio.
TONES: dict[str, Tone] = {Level.INFO: "idle", Level.SUCCESS: "ok", Level.WARNING: "warn", Level.ERROR: "bad"}


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: object) -> Self:
        """Return the person's own notifications."""
        return self.filter(user=user)

    def unread(self) -> Self:
        """Return those that have not been read."""
        return self.filter(read_at=None)


class Notification(BaseModel):
    """A piece of news with the page it leads to. ``url`` is a path on this site; ``kind`` a code such as ``run.failed``."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications", db_index=False
    )
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    url = models.CharField(max_length=500, blank=True)
    level = models.CharField(max_length=10, choices=Level, default=Level.INFO)
    kind = models.CharField(max_length=60, blank=True)
    read_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="notification_of_user"),
            models.Index(fields=["user", "-created_at"], condition=Q(read_at=None), name="notification_unread"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_unread(self) -> bool:
        """Whether the person has yet to read it."""
        return self.read_at is None

    @property
    def tone(self) -> Tone:
        """The colour of its level."""
        return TONES[self.level]
