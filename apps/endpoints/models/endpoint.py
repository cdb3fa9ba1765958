"""Endpoints: a lasting address for what models answer."""

from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel
from apps.endpoints.states import MOST_PER_MINUTE, AuthMode
from apps.workspaces.models import Workspace
from apps.workspaces.text import validate_text

NAME_PATTERN = r"\A[a-z](?:[a-z0-9-]{1,30})[a-z0-9]\Z"
validate_name = RegexValidator(
    NAME_PATTERN,
    _("Use 3 to 32 lowercase letters, digits and hyphens; begin with a letter and end with a letter or digit."),
)


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    def visible_to(self, user: Any) -> Self:
        """Keep the endpoints of workspaces the user is a member of."""
        return self.filter(workspace__in=Workspace.objects.visible_to(user))


class Endpoint(BaseModel):
    """An address with keys, and the deployments behind it.

    ``traffic``: percent by the name of a deployment, together 0 or 100. ``mirror``: percent of the requests of which a copy goes
    to a deployment, whose answers nobody gets. Of the keys there is an encrypted form, since they are shown again, and a hash,
    by which the gateway knows them. ``requests_per_minute``: how many each key may ask for; None for no quota.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="endpoints")
    name = models.CharField(_("name"), max_length=32, validators=[validate_name])
    description = models.TextField(_("description"), max_length=20_000, blank=True, validators=[validate_text])
    tags = models.JSONField(_("tags"), default=dict, blank=True)
    auth_mode = models.CharField(_("authentication"), max_length=10, choices=AuthMode, default=AuthMode.KEY)
    traffic = models.JSONField(default=dict, blank=True)
    mirror = models.JSONField(default=dict, blank=True)
    primary_key = models.BinaryField()
    secondary_key = models.BinaryField()
    primary_hash = models.CharField(max_length=64)
    secondary_hash = models.CharField(max_length=64)
    requests_per_minute = models.PositiveIntegerField(
        _("requests per minute, for each key"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_PER_MINUTE)],
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = EndpointQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "workspace",
                "name",
                name="endpoint_name_once",
                violation_error_message=_("An endpoint of this name exists."),
            )
        ]
        indexes = [
            models.Index(fields=["workspace", "-created_at", "id"], name="endpoints_by_age"),
            models.Index(fields=["workspace", "name", "id"], name="endpoints_by_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("endpoints:endpoint", args=[self.workspace.name, self.name])
