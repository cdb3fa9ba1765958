"""Versions of models, and their files."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel
from apps.experiments.models import Run
from apps.registry.models.model import RegisteredModel
from apps.registry.states import Framework, ModelType, Stage, VersionState
from apps.workspaces.text import validate_text


class ModelVersion(BaseModel):
    """One version: its files never change once it is ready; description, tags, stage and aliases may.

    ``source`` is where its files came from, as whoever registered it said it (``runs:/<run id>/model``, an upload's name).
    ``run``: what made it; ``run_name`` outlives the run. ``sha256`` is over paths and contents, so that the same files have the
    same one. ``manifest`` is what ``MLmodel`` says, where there is one: ``{"flavors": {…}, "signature": {"inputs": […],
    "outputs": […], "params": […]} or null, "input_example": path or "", "model_uuid", "mlflow_version", "python_version",
    "requirements": […]}``. ``state_reason`` says in words why a version failed, or how far its copy is.
    ``folder`` is where the store keeps its files; ``root`` is what the folder was called that was registered (``model`` of
    ``outputs/model``), empty where it was a single file. Who copies has the version to themselves until ``copying_until``.
    """

    model = models.ForeignKey(RegisteredModel, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    type = models.CharField(_("type"), max_length=20, choices=ModelType, default=ModelType.CUSTOM)
    framework = models.CharField(_("framework"), max_length=40, choices=Framework, default=Framework.CUSTOM)
    framework_version = models.CharField(_("framework version"), max_length=40, blank=True)
    description = models.TextField(_("description"), max_length=20_000, blank=True, validators=[validate_text])
    tags = models.JSONField(_("tags"), default=dict, blank=True)
    properties = models.JSONField(default=dict, blank=True)
    stage = models.CharField(max_length=20, choices=Stage, default=Stage.NONE)
    state = models.CharField(max_length=20, choices=VersionState, default=VersionState.PENDING)
    state_reason = models.CharField(max_length=2000, blank=True)
    copying_until = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    run = models.ForeignKey(Run, null=True, blank=True, on_delete=models.SET_NULL, related_name="model_versions")
    run_name = models.CharField(max_length=255, blank=True)
    source = models.CharField(max_length=2000, blank=True)
    environment = models.CharField(max_length=300, blank=True)  # ``name:version`` of what trained it, for serving it
    manifest = models.JSONField(default=dict, blank=True)
    folder = models.CharField(max_length=700)
    root = models.CharField(max_length=255, blank=True)
    file_count = models.PositiveIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [models.UniqueConstraint("model", "number", name="model_version_once")]
        indexes = [
            models.Index(fields=["model", "-created_at", "id"], name="model_versions_by_age"),
            # Filters of models look here, not at rows with their manifests.
            models.Index(fields=["id", "framework", "type"], name="model_versions_by_kind"),
            models.Index(fields=["state", "created_at"], name="model_versions_to_copy",
                condition=Q(state=VersionState.PENDING),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """What job files call it: ``name:version``."""
        return f"{self.model.name}:{self.number}"

    @property
    def is_ready(self) -> bool:
        """Whether all its files are there."""
        return self.state == VersionState.READY

    def key_of(self, path: str) -> str:
        """Return what the store calls one of its files."""
        return f"{self.folder}/{path}"

    def get_absolute_url(self) -> str:
        """Return the address of the model's page, at this version."""
        return f"{self.model.get_absolute_url()}?version={self.number}"


class ModelFile(BaseModel):
    """A file of a version. ``path`` is relative to the version's folder; ``size`` in bytes.

    ``source_key``: where the store has the bytes that are still to be copied; empty once the version has its own.
    """

    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="files")
    path = models.CharField(max_length=700)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    source_key = models.CharField(max_length=1200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("version", "path", name="model_file_once")]

    def __str__(self) -> str:
        return self.path
