"""Registered models: names for versions."""

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
from apps.workspaces.models import Workspace
from apps.workspaces.text import validate_text

NAME_PATTERN = r"\A[A-Za-z0-9][A-Za-z0-9 ._-]{0,254}\Z"
ALIAS_PATTERN = r"\A(?!(?i:latest|v?\d+)\Z)[A-Za-z][A-Za-z0-9_.-]{0,254}\Z"
LONGEST_FOUND_VALUE = 255
"""So many characters of a tag's value are looked at by filters."""


class RegisteredModelQuerySet(models.QuerySet["RegisteredModel"]):
    def visible_to(self, user: Any) -> Self:
        """Keep the models of workspaces the user is a member of."""
        return self.filter(workspace__in=Workspace.objects.visible_to(user))

    def named(self, name: str) -> Self:
        """Keep the model of this name, in any case of letters."""
        return self.alias(lower_name=Lower("name")).filter(lower_name=name.replace("\x00", "").lower())

    def tagged(self, name: str, value: str = "") -> Self:
        """Keep models that have a tag, or whose latest version has it; with this value, where one is given."""
        if "\x00" in name or "\x00" in value:  # PostgreSQL's texts hold none
            return self.none()
        tags = ModelTag.objects.filter(name=name)
        if value:
            tags = tags.filter(value=value[:LONGEST_FOUND_VALUE])
        return self.filter(pk__in=tags.values("model"))


class RegisteredModel(BaseModel):
    """A name for versions. ``latest`` is what ``name@latest`` means; None while it has no version (the MLflow client makes the
    name first). ``latest_number`` counts on when versions are deleted, so that no number is given twice."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="models")
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
    tags = models.JSONField(_("tags"), default=dict, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    latest = models.ForeignKey(
        "registry.ModelVersion", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    latest_number = models.PositiveIntegerField(default=0)
    latest_at = models.DateTimeField(default=timezone.now)

    objects = RegisteredModelQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "workspace",
                Lower("name"),
                name="model_name_once",
                violation_error_message=_("A model of this name exists."),
            )
        ]
        indexes = [
            models.Index(fields=["workspace", "-latest_at", "id"], name="models_by_change"),
            models.Index(fields=["workspace", "created_at", "id"], name="models_by_age"),
            models.Index("workspace", Lower("name"), "id", name="named_models"),
            # With what the filter that is always on asks for, so that counting reads no rows.
            models.Index(fields=["workspace", "-latest_at", "id", "latest"], name="live_models_by_change",
                condition=Q(archived_at=None),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("registry:model", args=[self.workspace.name, self.name])


class ModelTag(models.Model):
    """A tag of a model or of its latest version, for filters to find: databases look into JSON row by row."""

    model = models.ForeignKey(RegisteredModel, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=255)
    value = models.CharField(max_length=LONGEST_FOUND_VALUE, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("model", "name", "value", name="model_tag_once")]
        indexes = [models.Index(fields=["name", "value", "model"], name="models_by_tag")]

    def __str__(self) -> str:
        return self.name


class ModelAlias(BaseModel):
    """A name for one version that can move: ``name@champion``."""

    model = models.ForeignKey(RegisteredModel, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(_("alias"), max_length=255, validators=[RegexValidator(ALIAS_PATTERN)])
    version = models.ForeignKey("registry.ModelVersion", on_delete=models.CASCADE, related_name="aliases")

    class Meta:
        constraints = [models.UniqueConstraint("model", Lower("name"), name="model_alias_once")]

    def __str__(self) -> str:
        return self.name
