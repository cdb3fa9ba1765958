"""Invitations, the only way to an account besides an administrator and single sign-on."""

from datetime import datetime
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models.user import User
from apps.core.models import BaseModel


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self, now: datetime | None = None) -> Self:
        """Return invitations that can still be accepted."""
        return self.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=now or timezone.now())


class Invitation(BaseModel):
    """A link with which one person makes an account, or joins with the one they have.

    ``grants`` says what they get on accepting, as apps further left wrote it: ``{"workspaces": {id: role}}``.
    """

    class State(models.TextChoices):
        """What has become of an invitation."""

        OPEN = "open", _("Waiting for an answer")
        ACCEPTED = "accepted", _("Accepted")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        EXPIRED = "expired", _("Expired")

    email = models.EmailField(_("email address"))
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invitations_sent")
    accepted_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="invitations_accepted")
    grants = models.JSONField(default=dict, blank=True)
    expires_at = models.DateTimeField(_("expires"))
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["email", "id"], name="invitation_by_email"),
            models.Index(fields=["expires_at", "id"], name="invitation_by_expiry"),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def state(self) -> State:
        """What has become of it."""
        if self.accepted_at is not None:
            return self.State.ACCEPTED
        if self.withdrawn_at is not None:
            return self.State.WITHDRAWN
        return self.State.EXPIRED if self.expires_at <= timezone.now() else self.State.OPEN
