"""Secrets of a workspace: written by people, read only by runs."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel
from apps.workspaces.models.workspace import Workspace

NAME_PATTERN = r"\A[A-Za-z0-9][A-Za-z0-9_.-]{0,126}\Z"


class Secret(BaseModel):
    """A named value, encrypted at rest. No page and no API route ever gives the value back.

    Names compare without case, as those of the key vaults from which scripts come do.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="secrets")
    name = models.CharField(
        _("name"),
        max_length=127,
        validators=[
            RegexValidator(
                NAME_PATTERN,
                _("Use letters, digits, hyphens, dots and underscores, and begin with a letter or digit."),
            )
        ],
    )
    encrypted_value = models.BinaryField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "workspace",
                Lower("name"),
                name="secret_name_once",
                violation_error_message=_("A secret of this name exists."),
            )
        ]
        indexes = [
            # What a search looks into stands in the index, so that it need not fetch the rows that it passes over.
            models.Index("workspace", Lower("name"), "id", "name", name="secret_by_name"),
            models.Index(fields=["workspace", "set_at", "id"], name="secret_by_age"),
        ]

    def __str__(self) -> str:
        return self.name
