"""Who belongs to a workspace, as what."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel
from apps.workspaces.models.workspace import Workspace
from apps.workspaces.roles import Role


class Membership(BaseModel):
    """One person's role in one workspace."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=30, choices=Role)
    last_visited_at = models.DateTimeField(null=True)
    # When this person put the first steps away that the home page of an empty workspace shows.
    first_steps_closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "user"], name="member_once")]
        indexes = [
            models.Index(fields=["user", "-last_visited_at"], name="membership_recent"),
            models.Index(fields=["workspace", "role", "id"], name="membership_by_role"),
            models.Index(fields=["workspace", "created_at", "id"], name="membership_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.user} as {self.get_role_display()}"
