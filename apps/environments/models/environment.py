"""Environments: the Python packages that runs and endpoints find."""

from typing import Any, Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel
from apps.environments.models.build import EnvironmentBuild
from apps.workspaces.models import Workspace

NAME_PATTERN = r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,254}\Z"


class EnvironmentQuerySet(models.QuerySet["Environment"]):
    def visible_to(self, user: Any) -> Self:
        """Keep the environments of workspaces the user is a member of."""
        return self.filter(workspace__in=Workspace.objects.visible_to(user))


class Environment(BaseModel):
    """A name for versions. Curated ones come with the studio, are in every workspace, and cannot be edited there.

    Anonymous ones were made for a job whose file holds its packages; their name follows from these.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="environments")
    name = models.CharField(
        _("name"),
        max_length=255,
        validators=[
            RegexValidator(
                NAME_PATTERN,
                _("Use letters, digits, hyphens, underscores or dots, and begin with a letter or digit."),
            )
        ],
    )
    is_curated = models.BooleanField(default=False)
    is_anonymous = models.BooleanField(default=False)
    description = models.TextField(_("description"), max_length=5000, blank=True)
    tags = models.JSONField(_("tags"), default=dict, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    latest = models.ForeignKey(
        "environments.EnvironmentVersion", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = EnvironmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "workspace",
                Lower("name"),
                name="environment_name_once",
                violation_error_message=_("An environment of this name exists."),
            )
        ]
        # What lists and choices begin with; those made for jobs may be many, and are looked up by name.
        indexes = [
            models.Index(fields=["workspace", "-created_at", "id"], name="environments_by_age",
                condition=models.Q(is_anonymous=False, archived_at=None),
            ),
            models.Index("workspace", Lower("name"), "id", name="environments_by_name",
                condition=models.Q(is_anonymous=False, archived_at=None),
            ),
            # From the state of a build to its environments, without reading any row.
            models.Index(
                fields=["latest", "workspace", "archived_at", "is_anonymous", "created_at", "id"],
                name="environments_by_latest",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("environments:environment", args=[self.workspace.name, self.name])


class EnvironmentVersion(BaseModel):
    """One version, immutable once written. ``recipe``: see ``recipes.py``; ``warnings`` say what of it was read differently.

    ``variables`` are set for every run that uses it. ``source`` is what the user gave (a conda file, requirements), as given.
    ``build`` is what its runs use. A rebuild is ``next_build`` until it has succeeded, and stays there if it fails.
    """

    environment = models.ForeignKey(Environment, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    recipe = models.JSONField(default=dict)
    variables = models.JSONField(default=dict, blank=True)
    source = models.TextField(blank=True)
    source_kind = models.CharField(max_length=20, blank=True)
    warnings = models.JSONField(default=list, blank=True)
    build = models.ForeignKey(EnvironmentBuild, on_delete=models.PROTECT, related_name="versions")
    next_build = models.ForeignKey(
        EnvironmentBuild, null=True, blank=True, on_delete=models.SET_NULL, related_name="next_versions"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [models.UniqueConstraint("environment", "number", name="environment_version_once")]
        indexes = [models.Index(fields=["build", "id"], name="versions_by_build")]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """What job files call it: ``name:version``."""
        return f"{self.environment.name}:{self.number}"

    def get_absolute_url(self) -> str:
        """Return the address of the environment's page, at this version."""
        return f"{self.environment.get_absolute_url()}?version={self.number}"
