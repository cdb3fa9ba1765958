"""What the reconciler sees of deployments over time."""

from django.db import models

from apps.core.models import BaseModel
from apps.endpoints.models.deployment import Deployment


class DeploymentReading(models.Model):
    """The servers of a deployment in one minute, as they were when they were last looked at in it.

    ``wanted`` and ``ready`` count servers; ``cpu_percent`` (100 for each core) and ``memory_mb`` are of all of them together.
    """

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="readings")
    minute = models.DateTimeField()
    wanted = models.PositiveIntegerField(default=0)
    ready = models.PositiveIntegerField(default=0)
    cpu_percent = models.FloatField(default=0)
    memory_mb = models.FloatField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint("deployment", "minute", name="reading_once")]
        indexes = [models.Index(fields=["minute"], name="readings_by_minute")]

    def __str__(self) -> str:
        return f"{self.deployment_id} {self.minute}"


class ScaleEvent(BaseModel):
    """That a deployment was given more or fewer servers, and why, in words. ``by_load``: nobody asked for it."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="scale_events")
    before = models.PositiveIntegerField()
    after = models.PositiveIntegerField()
    reason = models.CharField(max_length=500, blank=True)
    by_load = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["deployment", "-created_at", "id"], name="scale_events")]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"
