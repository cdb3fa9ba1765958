"""Workspaces."""

from typing import Any, Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]{1,31}$"
RESERVED_NAMES = frozenset({"new", "trash"})  # addresses of pages that stand beside workspaces


class WorkspaceQuerySet(models.QuerySet["Workspace"]):
    def visible_to(self, user: Any) -> Self:
        """Return the workspaces the user is a member of, without those in the trash."""
        return self.live().filter(memberships__user=user)

    def live(self) -> Self:
        """Return workspaces that are not in the trash."""
        return self.filter(deleted_at=None)

    def in_trash(self) -> Self:
        """Return workspaces that wait in the trash."""
        return self.exclude(deleted_at=None)


class Workspace(BaseModel):
    """What a team shares. ``name`` is in every address and compares without case; ``friendly_name`` is shown."""

    name = models.CharField(
        _("name"),
        max_length=32,
        validators=[
            RegexValidator(
                NAME_PATTERN,
                _("Use 2 to 32 letters, digits, hyphens or underscores, and begin with a letter or digit."),
            )
        ],
    )
    friendly_name = models.CharField(_("friendly name"), max_length=100, blank=True)
    description = models.TextField(_("description"), max_length=5000, blank=True)
    tags = models.JSONField(_("tags"), default=dict, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True, db_index=True)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = WorkspaceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("name"), name="workspace_name_once", violation_error_message=_("A workspace of this name exists.")
            )
        ]
        indexes = [models.Index(Lower("friendly_name"), "id", name="workspace_by_friendly_name")]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The name to show."""
        return self.friendly_name or self.name

    def get_absolute_url(self) -> str:
        """Return the workspace's home page."""
        return reverse("workspaces:home", args=[self.name])
