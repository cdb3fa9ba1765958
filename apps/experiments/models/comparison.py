"""Runs that somebody put side by side."""

from django.conf import settings
from django.db import models
from django.urls import reverse

from apps.core.models import BaseModel
from apps.workspaces.models import Workspace


class Comparison(BaseModel):
    """Which runs are compared, so that an address brings the same ones back and can be shared.

    ``runs`` are their ids as texts, in the order in which they are shown. Runs that are deleted later leave a gap, no error.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="comparisons")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    runs = models.JSONField(default=list)

    def __str__(self) -> str:
        return str(self.pk)

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("experiments:comparison", args=[self.workspace.name, self.pk])
