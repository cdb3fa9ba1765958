"""Which invitations give a workspace."""

from django.db import models

from apps.accounts.models import Invitation
from apps.workspaces.models.workspace import Workspace


class Offer(models.Model):
    """A workspace that an invitation gives. It says nothing that the invitation's grants do not; it is there to be searched."""

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="offers")
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="offers")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "invitation"], name="workspace_offered_once")]

    def __str__(self) -> str:
        return f"{self.workspace} to {self.invitation}"
