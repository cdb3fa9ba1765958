"""Published pipelines, and the endpoints that collect their versions."""

from typing import Any, Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel
from apps.experiments.models import Run
from apps.pipelines.models.running import PipelineGraph
from apps.workspaces.models import Workspace
from apps.workspaces.text import validate_one_line, validate_text

NAME_PATTERN = r"\A[A-Za-z0-9][A-Za-z0-9 ._-]{0,254}\Z"


class PublishedPipelineQuerySet(models.QuerySet["PublishedPipeline"]):
    def visible_to(self, user: Any) -> Self:
        """Keep the published pipelines of workspaces the user is a member of."""
        return self.filter(workspace__in=Workspace.objects.visible_to(user))


class PublishedPipeline(BaseModel):
    """A pipeline that can be run by who did not draw it; what it runs never changes. ``inputs``: what its inputs are unless
    said otherwise. ``experiment_name``: where its runs go unless said otherwise."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=255, validators=[validate_one_line])
    version = models.CharField(_("version"), max_length=30, blank=True, validators=[validate_one_line])
    description = models.TextField(_("description"), max_length=20_000, blank=True, validators=[validate_text])
    graph = models.ForeignKey(PipelineGraph, on_delete=models.PROTECT, related_name="published")
    inputs = models.JSONField(default=dict, blank=True)
    experiment_name = models.CharField(max_length=255, blank=True)
    is_enabled = models.BooleanField(default=True)
    # What lists show of its runs.
    last_run = models.ForeignKey(Run, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = PublishedPipelineQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "-created_at", "id"], name="published_by_age"),
            models.Index(fields=["workspace", "is_enabled", "-created_at", "id"], name="published_by_use"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip()

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("pipelines:published", args=[self.workspace.name, self.pk])


class PipelineEndpointQuerySet(models.QuerySet["PipelineEndpoint"]):
    def visible_to(self, user: Any) -> Self:
        """Keep the pipeline endpoints of workspaces the user is a member of."""
        return self.filter(workspace__in=Workspace.objects.visible_to(user))


class PipelineEndpoint(BaseModel):
    """A lasting address under which published pipelines are called, by version or as its default.

    Of the keys there is an encrypted form, since they are shown again, and a hash, by which callers are known."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="pipeline_endpoints")
    name = models.CharField(
        _("name"),
        max_length=255,
        validators=[
            RegexValidator(
                NAME_PATTERN,
                _("Use letters, digits, spaces, hyphens, underscores or dots, and begin with a letter or digit."),
            )
        ],
    )
    description = models.TextField(_("description"), max_length=20_000, blank=True, validators=[validate_text])
    is_enabled = models.BooleanField(default=True)
    default = models.ForeignKey(
        "pipelines.PipelineEndpointVersion", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    latest_number = models.IntegerField(default=-1)
    primary_key = models.BinaryField()
    secondary_key = models.BinaryField()
    primary_hash = models.CharField(max_length=64)
    secondary_hash = models.CharField(max_length=64)
    archived_at = models.DateTimeField(null=True, blank=True)
    # What lists show of the runs of its versions.
    last_run = models.ForeignKey(Run, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    modified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = PipelineEndpointQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "workspace",
                Lower("name"),
                name="pipeline_endpoint_name_once",
                violation_error_message=_("A pipeline endpoint of this name exists."),
            )
        ]
        indexes = [
            models.Index(fields=["workspace", "-updated_at", "id"], name="pipeline_endpoints_by_change"),
            # With what filters ask for, so that they read no rows.
            models.Index("workspace", Lower("name"), "id", "name", "is_enabled", "archived_at",
                name="named_pipeline_endpoints",
            ),
            models.Index(fields=["workspace", "-updated_at", "id", "is_enabled", "archived_at"],
                name="live_pipeline_endpoints",
                condition=Q(archived_at=None),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("pipelines:endpoint", args=[self.workspace.name, self.pk])


class PipelineEndpointVersion(BaseModel):
    """A published pipeline as version 0, 1, 2… of an endpoint."""

    endpoint = models.ForeignKey(PipelineEndpoint, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    published = models.ForeignKey(PublishedPipeline, on_delete=models.CASCADE, related_name="endpoint_versions")

    class Meta:
        constraints = [models.UniqueConstraint("endpoint", "number", name="pipeline_endpoint_version_once")]

    def __str__(self) -> str:
        return f"{self.endpoint} {self.number}"
