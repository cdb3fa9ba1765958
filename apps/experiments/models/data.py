"""What runs read and wrote: their side of lineage."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel
from apps.experiments.models.run import Run


class Direction(models.TextChoices):
    """Whether a run read it or wrote it."""

    INPUT = "input", _("Input")
    OUTPUT = "output", _("Output")


class RunData(BaseModel):
    """One input or output of a run that is data, not a literal.

    ``name`` is what the job calls it. ``kind`` is who keeps it (``dataset``, ``model``, ``datastore``, ``url``, ``run``) and
    ``asset_id`` the row there, where there is one; ``reference`` is its name for people and job files (``iris:2``), which
    outlives the row. An output that was to be registered and could not be says why in ``problem``.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="data")
    direction = models.CharField(max_length=10, choices=Direction)
    name = models.CharField(max_length=255)
    kind = models.CharField(max_length=20)
    asset_id = models.UUIDField(null=True, blank=True)
    reference = models.CharField(max_length=1000)
    problem = models.CharField(max_length=2000, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("run", "direction", "name", name="run_data_once")]
        indexes = [
            models.Index(fields=["asset_id", "-created_at", "id"], name="runs_of_asset",
                condition=models.Q(asset_id__isnull=False),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.reference
