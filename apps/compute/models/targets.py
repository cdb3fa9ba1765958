"""Where the work of a workspace can go."""

from typing import Any, Self

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext_lazy as _

from apps.compute.states import WorkState
from apps.core.models import BaseModel
from apps.workspaces.models import Workspace

LOCAL = "local"
"""The name of the target that every workspace has, and of the agent of the studio's own machine."""


class TargetKind(models.TextChoices):
    """What a compute target is made of."""

    LOCAL = "local", _("This machine")


class ComputeTargetQuerySet(models.QuerySet["ComputeTarget"]):
    def with_counts(self) -> Self:
        """Add ``waiting`` and ``running``: how many pieces of work wait for each target, and how many its machines have."""
        return self.annotate(waiting=_count(WorkState.WAITING), running=_count(WorkState.LEASED, WorkState.RUNNING))


def _count(*states: WorkState) -> Any:
    orders = apps.get_model("compute", "WorkOrder").objects.filter(target=OuterRef("pk"), state__in=states)
    counted = orders.order_by().values("target").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted, output_field=models.IntegerField()), 0)


class ComputeTarget(BaseModel):
    """A name for machines, which runs choose. While it is paused, its queue waits and nothing that runs is touched.

    ``max_running`` limits how much of this workspace's work runs at once; None leaves that to the machines' slots.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="compute_targets")
    name = models.CharField(_("name"), max_length=32)
    kind = models.CharField(max_length=20, choices=TargetKind, default=TargetKind.LOCAL)
    description = models.CharField(_("description"), max_length=500, blank=True)
    max_running = models.PositiveIntegerField(_("most at once"), null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = ComputeTargetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "workspace",
                Lower("name"),
                name="target_name_once",
                violation_error_message=_("A compute target of this name exists."),
            )
        ]

    def __str__(self) -> str:
        return self.name
