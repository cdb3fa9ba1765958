"""Labeling projects and their labels."""

from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel
from apps.data.models import DatasetVersion
from apps.labeling.states import ItemOrder, Media, ProjectStatus, Task
from apps.workspaces.models import Workspace
from apps.workspaces.text import validate_one_line, validate_text

NAME_PATTERN = r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z"
MOST_LABELERS = 20


class ProjectQuerySet(models.QuerySet["LabelingProject"]):
    def visible_to(self, user: Any) -> Self:
        """Keep the projects of workspaces the user is a member of."""
        return self.filter(workspace__in=Workspace.objects.visible_to(user))


class LabelingProject(BaseModel):
    """What is labeled, how, and by what rules. ``media``, ``task`` and ``dataset`` stay as they were made.

    ``consensus_max`` 1: one answer is enough. Otherwise an item is labeled once ``consensus_min`` people agree, and needs review
    where ``consensus_max`` have answered and do not. ``status_reason`` says why a project failed.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="labeling_projects")
    name = models.CharField(
        _("name"),
        max_length=100,
        validators=[
            RegexValidator(
                NAME_PATTERN,
                _("Use letters, digits, hyphens, underscores or dots, and begin with a letter or digit."),
            )
        ],
    )
    media = models.CharField(_("media"), max_length=10, choices=Media)
    task = models.CharField(_("task"), max_length=40, choices=Task)
    dataset = models.ForeignKey(DatasetVersion, on_delete=models.PROTECT, related_name="+")
    text_columns = models.JSONField(_("columns"), default=list, blank=True)
    instructions = models.TextField(_("instructions"), max_length=50_000, blank=True, validators=[validate_text])
    status = models.CharField(max_length=20, choices=ProjectStatus, default=ProjectStatus.INITIALIZING)
    status_reason = models.TextField(blank=True)
    item_order = models.CharField(_("order"), max_length=10, choices=ItemOrder, default=ItemOrder.RANDOM)
    consensus_min = models.PositiveSmallIntegerField(
        _("fewest labelers"), default=1, validators=[MinValueValidator(1), MaxValueValidator(MOST_LABELERS)]
    )
    consensus_max = models.PositiveSmallIntegerField(
        _("most labelers"), default=1, validators=[MinValueValidator(1), MaxValueValidator(MOST_LABELERS)]
    )
    review_required = models.BooleanField(_("review"), default=False)
    overlapping_spans = models.BooleanField(_("overlapping entities"), default=False)
    refresh_on = models.BooleanField(_("incremental refresh"), default=False)
    refreshed_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = ProjectQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "workspace",
                Lower("name"),
                name="labeling_project_name_once",
                violation_error_message=_("A labeling project of this name exists."),
            )
        ]
        indexes = [
            models.Index(fields=["workspace", "-created_at", "id"], name="labeling_projects_by_age"),
            models.Index("workspace", Lower("name"), "id", name="labeling_projects_by_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("labeling:project", args=[self.workspace.name, self.name])

    @property
    def api_url(self) -> str:
        """The address of what the API has of it."""
        return f"/api/v1/workspaces/{self.workspace.name}/labeling/{self.name}/"


class Label(BaseModel):
    """A label of a project. ``key`` is what answers name it by; it outlives renaming. A removed one stays for answers."""

    project = models.ForeignKey(LabelingProject, on_delete=models.CASCADE, related_name="labels")
    key = models.CharField(max_length=8)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="children")
    name = models.CharField(_("name"), max_length=100, validators=[validate_one_line])
    color = models.CharField(
        _("color"), max_length=7, validators=[RegexValidator(r"\A#[0-9a-f]{6}\Z", _("Give a color as #rrggbb."))]
    )
    hotkey = models.CharField(
        _("key"),
        max_length=1,
        blank=True,
        validators=[RegexValidator(r"\A[0-9a-z]?\Z", _("Give a digit or a small letter."))],
    )
    position = models.PositiveIntegerField(default=0)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint("project", "key", name="label_key_once"),
            models.UniqueConstraint(
                "project", "hotkey", condition=Q(removed_at=None) & ~Q(hotkey=""), name="label_hotkey_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name
