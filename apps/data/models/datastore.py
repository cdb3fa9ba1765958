"""Datastores: where the files of a workspace lie."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel
from apps.data.states import DatastoreKind
from apps.workspaces.models import Workspace

DEFAULT_NAME = "workspaceblobstore"


class Datastore(BaseModel):
    """A place for files under a name. ``stores.py`` says how each kind is read.

    ``is_default``: the one that uploads go to; every workspace has exactly one.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="datastores")
    name = models.CharField(_("name"), max_length=255)
    kind = models.CharField(_("kind"), max_length=20, choices=DatastoreKind)
    is_default = models.BooleanField(default=False)
    description = models.TextField(_("description"), max_length=5000, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint("workspace", Lower("name"), name="datastore_name_once"),
            models.UniqueConstraint("workspace", condition=models.Q(is_default=True), name="one_default_datastore"),
        ]
        indexes = [
            models.Index(fields=["workspace", "created_at", "id"], name="datastores_by_age"),
            models.Index("workspace", Lower("name"), "id", name="named_datastores"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("data:datastore", args=[self.workspace.name, self.name])
