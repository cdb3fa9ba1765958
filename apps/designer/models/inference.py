"""Drafts that score what another pipeline was trained for."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel
from apps.designer.models.draft import Draft
from apps.endpoints.models import Deployment
from apps.experiments.models import Run


class InferenceKind(models.TextChoices):
    """How a pipeline is called that scores."""

    REALTIME = "realtime", _("Real-time")
    BATCH = "batch", _("Batch")


class InferenceLink(BaseModel):
    """What an inference draft was made of. ``scorer``: the node of the training whose scores it gives. ``generated``: the
    document as it was made from ``training_run``, so that an update changes what training changed, and nothing that people did
    since. ``notes``: what was replaced and why (``inference.graphs.Note``). ``labels``: columns that need not be given.
    ``deployment``: the last one that was made of it."""

    draft = models.OneToOneField(Draft, on_delete=models.CASCADE, related_name="inference")
    kind = models.CharField(max_length=10, choices=InferenceKind)
    training_draft = models.ForeignKey(
        Draft, null=True, blank=True, on_delete=models.SET_NULL, related_name="inferences"
    )
    training_run = models.ForeignKey(Run, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    scorer = models.CharField(max_length=255)
    generated = models.JSONField(default=dict)
    notes = models.JSONField(default=list)
    labels = models.JSONField(default=list)
    deployment = models.ForeignKey(Deployment, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return f"{self.draft_id}: {self.kind}"
