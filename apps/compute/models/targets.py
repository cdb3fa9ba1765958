"""Where the work of a workspace can go."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel
from apps.workspaces.models import Workspace

LOCAL = "local"
"""The name of the target that every workspace has, and of the agent of the studio's own machine."""


class TargetKind(models.TextChoices):
    """What a compute target is made of."""

    LOCAL = "local", _("This machine")


class ComputeTarget(BaseModel):
    """A name for machines, which runs choose. While it is paused, its queue waits and nothing that runs is touched.

    ``max_running`` limits how much of this workspace's work runs at once; None leaves that to the machines' slots.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="compute_targets")
    name = models.CharField(_("name"), max_length=32)
    kind = models.CharField(max_length=20, choices=TargetKind, default=TargetKind.LOCAL)
    description = models.CharField(_("description"), max_length=500, blank=True)
    max_running = models.PositiveIntegerField(_("most at once"), null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "workspace",
                Lower("name"),
                name="target_name_once",
                violation_error_message=_("A compute target of this name exists."),
            )
        ]

    def __str__(self) -> str:
        return self.name
