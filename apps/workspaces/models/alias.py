"""Aliases: what a name from somebody's cloud files means here."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel
from apps.workspaces.models.workspace import Workspace
from apps.workspaces.text import validate_one_line


class AliasKind(models.TextChoices):
    """What an alias stands for."""

    COMPUTE = "compute", _("Compute target")
    ENVIRONMENT = "environment", _("Environment")
    DATASTORE = "datastore", _("Datastore")


class Alias(BaseModel):
    """A name in unchanged job files, and the name it has here: ``gpu-cluster-prod`` means ``local``.

    Names compare without case, as those of the cloud's computes do.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="aliases")
    kind = models.CharField(_("kind"), max_length=20, choices=AliasKind)
    name = models.CharField(_("name in the files"), max_length=255, validators=[validate_one_line])
    target = models.CharField(_("name here"), max_length=255, validators=[validate_one_line])

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "workspace",
                "kind",
                Lower("name"),
                name="alias_once",
                violation_error_message=_("There is an alias for this name already."),
            )
        ]
        indexes = [
            # What a search looks into stands in the index, so that it need not fetch the rows that it passes over.
            models.Index("workspace", Lower("name"), "id", "name", "target", name="alias_by_name"),
            models.Index(fields=["workspace", "created_at", "id"], name="alias_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.name} → {self.target}"
