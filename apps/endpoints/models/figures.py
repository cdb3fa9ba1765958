"""What gateways count of the requests that they pass on."""

from django.db import models

from apps.core.models import BaseModel
from apps.endpoints.models.deployment import Deployment

# Upper ends of the bins of ``histogram``, in milliseconds; what took longer is in one more.
BINS_MS = (
    1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 2000, 5000, 10_000, 30_000, 60_000,
)  # fmt: skip


class RequestFigures(models.Model):
    """The requests to a deployment in one minute, as one gateway counted them; what it counts later replaces the row.

    ``failed``: answered with 5xx; ``refused``: with 4xx. ``histogram``: how many took how long, by ``BINS_MS``.
    """

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="figures")
    minute = models.DateTimeField()
    gateway = models.CharField(max_length=32)
    count = models.PositiveBigIntegerField(default=0)
    failed = models.PositiveBigIntegerField(default=0)
    refused = models.PositiveBigIntegerField(default=0)
    total_ms = models.FloatField(default=0)
    histogram = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint("deployment", "minute", "gateway", name="figures_once")]
        indexes = [models.Index(fields=["minute"], name="figures_by_minute")]

    def __str__(self) -> str:
        return f"{self.deployment_id} {self.minute}"


class RequestRecord(BaseModel):
    """One request to a deployment: all that failed, and some of the others. Times in ms, sizes in bytes."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="requests")
    at = models.DateTimeField()
    request_id = models.CharField(max_length=100)
    path = models.CharField(max_length=200)
    status = models.PositiveSmallIntegerField()
    took_ms = models.FloatField()
    waited_ms = models.FloatField()
    sent_bytes = models.PositiveBigIntegerField()
    answered_bytes = models.PositiveBigIntegerField()
    problem = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["deployment", "-at", "id"], name="requests_of_deployment"),
            models.Index(fields=["at"], name="requests_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.status}"


class DeploymentLoad(models.Model):
    """How busy a deployment is, as one gateway last said; what scales by the load reads it.

    ``busy``: how many requests it had on average since the gateway last said so, those in line among them. ``waiting``: how many
    are in line now.
    """

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="loads")
    gateway = models.CharField(max_length=32)
    at = models.DateTimeField()
    busy = models.FloatField(default=0)
    waiting = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint("deployment", "gateway", name="load_once")]

    def __str__(self) -> str:
        return f"{self.deployment_id} {self.busy}"
