"""Components: named, versioned building blocks of pipelines."""

from typing import Any, Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel
from apps.experiments.models import Snapshot
from apps.pipelines.states import ComponentKind
from apps.workspaces.models import Workspace
from apps.workspaces.text import validate_one_line, validate_text

NAME_PATTERN = r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,254}\Z"
VERSION_PATTERN = r"\A(?!(?i:latest)\Z)[A-Za-z0-9][A-Za-z0-9._-]{0,29}\Z"


class ComponentQuerySet(models.QuerySet["Component"]):
    def visible_to(self, user: Any) -> Self:
        """Keep the components of workspaces the user is a member of."""
        return self.filter(workspace__in=Workspace.objects.visible_to(user))

    def named(self, name: str) -> Self:
        """Keep the component of a name, in any case of letters."""
        return self.alias(lower_name=Lower("name")).filter(lower_name=name.replace("\x00", "").lower())


class Component(BaseModel):
    """A name for versions. ``latest`` is what ``name@latest`` means. ``latest_number`` counts on when versions are deleted."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="components")
    name = models.CharField(
        _("name"),
        max_length=255,
        validators=[RegexValidator(NAME_PATTERN, _("Use letters, digits, hyphens, underscores or dots."))],
    )
    archived_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    latest = models.ForeignKey(
        "pipelines.ComponentVersion", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Of the latest version, so that a filter reads one table.
    kind = models.CharField(max_length=20, choices=ComponentKind, default=ComponentKind.COMMAND)
    latest_number = models.PositiveIntegerField(default=0)
    latest_at = models.DateTimeField(default=timezone.now)

    objects = ComponentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "workspace",
                Lower("name"),
                name="component_name_once",
                violation_error_message=_("A component of this name exists."),
            )
        ]
        indexes = [
            models.Index(fields=["workspace", "-latest_at", "id"], name="components_by_change"),
            models.Index("workspace", Lower("name"), "id", name="named_components"),
            models.Index("workspace", "kind", Lower("name"), "id", name="named_components_by_kind"),
            models.Index(fields=["workspace", "kind", "-latest_at", "id", "archived_at"], name="components_by_kind"),
            # With what the filter that is always on asks for, so that counting reads no rows.
            models.Index(fields=["workspace", "-latest_at", "id", "latest", "archived_at"], name="live_components_by_change",
                condition=Q(archived_at=None),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("pipelines:component", args=[self.workspace.name, self.name])


class ComponentVersion(BaseModel):
    """One version; what it does never changes, description and tags may.

    ``version`` is what people call it (``0.0.2``), ``number`` counts them. ``definition`` is a ``graph.types.Component`` as
    ``graph.codec`` gives it. ``source`` is the YAML that it was registered from, if it was.
    """

    component = models.ForeignKey(Component, on_delete=models.CASCADE, related_name="versions")
    version = models.CharField(_("version"), max_length=30, validators=[RegexValidator(VERSION_PATTERN)])
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=ComponentKind, default=ComponentKind.COMMAND)
    display_name = models.CharField(_("display name"), max_length=255, blank=True, validators=[validate_one_line])
    description = models.TextField(_("description"), max_length=20_000, blank=True, validators=[validate_text])
    tags = models.JSONField(_("tags"), default=dict, blank=True)
    definition = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    snapshot = models.ForeignKey(Snapshot, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    source = models.TextField(blank=True)
    warnings = models.JSONField(default=list, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint("component", "version", name="component_version_once"),
            models.UniqueConstraint("component", "number", name="component_number_once"),
        ]
        indexes = [models.Index(fields=["component", "-created_at", "id"], name="component_versions_by_age")]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """What pipelines call it: ``name:version``."""
        return f"{self.component.name}:{self.version}"

    def get_absolute_url(self) -> str:
        """Return the address of the component's page, at this version."""
        return f"{self.component.get_absolute_url()}?version={self.version}"
