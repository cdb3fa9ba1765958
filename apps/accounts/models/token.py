"""Personal access tokens."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models.user import User
from apps.core.models import BaseModel


class TokenScope(models.TextChoices):
    """How much of its owner's rights a token carries."""

    READ = "read", _("Read")
    WRITE = "write", _("Read and write")


class AccessTokenQuerySet(models.QuerySet["AccessToken"]):
    def visible_to(self, user: User) -> Self:
        """Return the user's own tokens."""
        return self.filter(user=user)

    def usable(self) -> Self:
        """Return tokens that still open something."""
        now = timezone.now()
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None, user__is_active=True)


class AccessToken(BaseModel):
    """A token for the API, the CLI and MLflow clients. Shown once; only its hash is stored.

    ``workspace_ids`` limits it to some workspaces; empty means all that its owner is a member of.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="access_tokens")
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(max_length=12)
    token_hash = models.CharField(max_length=64, unique=True)
    scope = models.CharField(_("scope"), max_length=10, choices=TokenScope, default=TokenScope.WRITE)
    workspace_ids = models.JSONField(default=list, blank=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = AccessTokenQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="token_of_user"),
            # What a search looks into stands in the index, so that it need not fetch the rows that it passes over.
            models.Index(fields=["user", "name", "id", "prefix", "revoked_at"], name="token_by_name"),
            models.Index(fields=["user", "expires_at", "id"], name="token_by_expiry"),
            models.Index(fields=["user", "last_used_at", "id"], name="token_by_last_use"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_limited(self) -> bool:
        """Whether the token opens only some of its owner's workspaces, and nothing outside of workspaces."""
        return bool(self.workspace_ids)

    @property
    def has_expired(self) -> bool:
        """Whether its time is over."""
        return self.expires_at is not None and self.expires_at <= timezone.now()

    def opens_workspace(self, workspace_id: object) -> bool:
        """Whether the token may be used for this workspace, as far as the token goes."""
        return not self.workspace_ids or str(workspace_id) in self.workspace_ids
