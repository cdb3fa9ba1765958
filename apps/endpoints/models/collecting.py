"""Requests and answers that were collected, on their way into datasets."""

from django.conf import settings as studio
from django.db import models

from apps.core.models import BaseModel
from apps.workspaces.models import Workspace


class CollectedPart(BaseModel):
    """A file of collected requests that a gateway has handed over.

    It outlives the deployment, so it says all that its datasets need. The id is the gateway's own, so that handing it over twice
    makes one; parts of one ``batch`` become one version. ``name``: ``<endpoint>-<deployment>``, with which the names of its
    datasets begin. ``settings``: ``Deployment.collection`` as it was. ``key``: where the file lies, of ``size`` bytes.
    ``first_at`` and ``last_at``: when the first and the last of its requests came.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    deployment = models.UUIDField()
    name = models.CharField(max_length=80)
    settings = models.JSONField(default=dict)
    collected_for = models.ForeignKey(studio.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    key = models.CharField(max_length=300)
    size = models.PositiveBigIntegerField()
    row_count = models.PositiveBigIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    batch = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(fields=["workspace", "name", "first_at", "id"], name="parts_by_name")]

    def __str__(self) -> str:
        return f"{self.name} {self.first_at}"
