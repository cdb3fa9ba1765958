"""Drafts of pipelines, what was changed in them, and who has them open."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel
from apps.experiments.models import Run
from apps.workspaces.models import Workspace
from apps.workspaces.text import validate_one_line, validate_text

LONGEST_CLIENT = 64
LONGEST_SUMMARY = 255


class DraftQuerySet(models.QuerySet["Draft"]):
    def visible_to(self, user: Any) -> Self:
        """Keep the drafts of workspaces the user is a member of."""
        return self.filter(workspace__in=Workspace.objects.visible_to(user))


class Draft(BaseModel):
    """A pipeline that is being drawn. ``document`` is what the canvas edits, as ``apps.designer.document`` describes it, and
    ``revision`` the number of the change that made it so; 0 is what it began with."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="drafts")
    name = models.CharField(_("name"), max_length=255, validators=[validate_one_line])
    description = models.TextField(_("description"), max_length=20_000, blank=True, validators=[validate_text])
    document = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)
    last_run = models.ForeignKey(Run, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    modified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = DraftQuerySet.as_manager()

    class Meta:
        indexes = [
            # With what searches and filters ask for, so that neither they nor counting read rows, which hold whole documents.
            models.Index(fields=["workspace", "-updated_at", "id", "name", "archived_at"], name="drafts_by_change"),
            models.Index("workspace", Lower("name"), "id", "name", "archived_at", name="named_drafts"),
            models.Index(fields=["workspace", "-updated_at", "id", "name", "archived_at"], name="live_drafts_by_change",
                condition=Q(archived_at=None),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the page it is drawn on."""
        return reverse("designer:draft", args=[self.workspace.name, self.pk])


class DraftRevision(BaseModel):
    """One change of a draft. ``inverse`` is the patch that takes it back. ``client`` is the page that made it, so that nobody is
    in conflict with what they did themselves."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    client = models.CharField(max_length=LONGEST_CLIENT, blank=True)
    patch = models.JSONField(default=dict)
    inverse = models.JSONField(default=dict)
    summary = models.CharField(max_length=LONGEST_SUMMARY, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("draft", "number", name="draft_revision_once")]

    def __str__(self) -> str:
        return f"{self.draft_id} {self.number}"


class DraftVisit(BaseModel):
    """A page that somebody has open on a draft. What was not seen for a while is gone, whatever became of its process."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="visits")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.person_id} at {self.draft_id}"
