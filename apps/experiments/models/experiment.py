"""Experiments: named groups of runs."""

from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxLengthValidator, RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel
from apps.workspaces.models import Workspace
from apps.workspaces.text import validate_text

LONGEST_DESCRIPTION = 5000

NAME_PATTERN = r"\A[A-Za-z0-9][A-Za-z0-9_-]{0,254}\Z"


class ExperimentQuerySet(models.QuerySet["Experiment"]):
    def visible_to(self, user: Any) -> Self:
        """Keep the experiments of workspaces the user is a member of."""
        return self.filter(workspace__in=Workspace.objects.visible_to(user))


class Experiment(BaseModel):
    """A named group of runs, made by the first run that names it. Names compare by case."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="experiments")
    name = models.CharField(
        _("name"),
        max_length=255,
        validators=[
            RegexValidator(
                NAME_PATTERN,
                _("Use up to 255 letters, digits, hyphens or underscores, and begin with a letter or digit."),
            )
        ],
    )
    description = models.TextField(
        _("description"),
        max_length=LONGEST_DESCRIPTION,
        blank=True,
        validators=[MaxLengthValidator(LONGEST_DESCRIPTION), validate_text],
    )
    tags = models.JSONField(_("tags"), default=dict, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    # When a run was last submitted to it, so that the list of experiments can sort by that.
    last_run_at = models.DateTimeField(null=True, blank=True)
    # The number of its latest run. Numbers are given once, also where runs were deleted since.
    last_number = models.PositiveIntegerField(default=0)

    objects = ExperimentQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("workspace", "name", name="experiment_name_once")]
        indexes = [
            models.Index(fields=["workspace", "-created_at", "id"], name="experiments_by_age"),
            models.Index(fields=["workspace", "-last_run_at", "id"], name="experiments_by_last_run"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("experiments:experiment", args=[self.workspace.name, self.name])
