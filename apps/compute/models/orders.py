"""Work that agents lease."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.compute.errors import WorkStateConflict
from apps.compute.models.agents import Agent
from apps.compute.models.targets import ComputeTarget
from apps.compute.states import TRANSITIONS, Outcome, WorkState
from apps.core.models import BaseModel
from apps.workspaces.models import Workspace


class WorkKind(models.TextChoices):
    """What a runner shall do."""

    RUN = "run", _("Run")
    BUILD = "build", _("Environment build")
    REPLICA = "replica", _("Endpoint replica")


WITHOUT_SLOT = frozenset({WorkKind.BUILD, WorkKind.REPLICA})
"""Kinds that take no slot of a machine; each has a limit of its own."""


class WorkOrderQuerySet(models.QuerySet["WorkOrder"]):
    def open(self) -> Self:
        """Keep orders that have not ended."""
        return self.exclude(state=WorkState.ENDED)

    def on_machine(self) -> Self:
        """Keep orders that a machine has."""
        return self.filter(state__in=(WorkState.LEASED, WorkState.RUNNING))

    def waiting(self) -> Self:
        """Keep orders that wait for a machine, in the order in which they get one."""
        return self.filter(state=WorkState.WAITING).order_by("-priority", "created_at", "id")


class WorkOrder(BaseModel):
    """One piece of work for one machine. The spec is frozen: what is started again is started as it was.

    ``subject_id`` is the row of another app that this is the work of; compute does not know which app that is.
    ``slots`` is what it takes of the machine's; builds and replicas take none and have limits of their own.
    ``attempt`` counts leases; a token is of one attempt, so a runner that was given up cannot speak for its successor.
    ``stages`` is what the runner says it did, in order: ``[{"name", "started_at", "ended_at" or null, "detail"}]``.
    ``began_at``: when the user's command began, as the runner says; before, work whose machine died can begin anew elsewhere.
    ``unlisted_since``: since when its agent, asking for work, has not named it among what it holds.
    ``result`` is what the work's kind reports at its end, such as the lock of an environment.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="work_orders")
    target = models.ForeignKey(ComputeTarget, on_delete=models.CASCADE, related_name="orders")
    kind = models.CharField(max_length=20, choices=WorkKind)
    subject_id = models.UUIDField(db_index=True)
    title = models.CharField(max_length=255)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    spec = models.JSONField(default=dict)
    slots = models.PositiveIntegerField(default=1)
    priority = models.IntegerField(default=0)

    state = models.CharField(max_length=20, choices=WorkState, default=WorkState.WAITING)
    attempt = models.PositiveIntegerField(default=0)
    agent = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="orders")
    leased_at = models.DateTimeField(null=True, blank=True)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    began_at = models.DateTimeField(null=True, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    unlisted_since = models.DateTimeField(null=True, blank=True)
    silent_since = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=500, blank=True)

    stage = models.CharField(max_length=40, blank=True)
    stages = models.JSONField(default=list, blank=True)
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True)
    exit_code = models.IntegerField(null=True, blank=True)
    signal = models.PositiveIntegerField(null=True, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=2000, blank=True)
    result = models.JSONField(default=dict, blank=True)

    objects = WorkOrderQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["target", "state", "-priority", "created_at", "id"], name="work_queue_of_target"),
            # With what the filters and the search of the queue read.
            models.Index(fields=["target", "state", "created_at", "id", "kind", "title"], name="work_of_target_by_age"),
            # All of what finding the next order and counting those before it ask for, so that neither reads the rows.
            models.Index(fields=["state", "kind", "-priority", "created_at", "target"], name="work_queue"),
            models.Index(fields=["agent", "state"], name="work_of_agent"),
            models.Index(fields=["workspace", "-created_at", "id"], name="work_of_workspace"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_over(self) -> bool:
        """Whether the work has ended, whichever way."""
        return self.state == WorkState.ENDED

    def move_to(self, target: WorkState, **stamps: Any) -> None:
        """Change state by compare-and-set, so that of two only one wins. ``stamps`` are written with it.

        Raises:
            WorkStateConflict: the stored state may no longer become ``target``.
        """
        sources = [state for state, following in TRANSITIONS.items() if target in following]
        won = WorkOrder.objects.filter(pk=self.pk, state__in=sources).update(state=target, **stamps)
        self.refresh_from_db()
        if not won:
            raise WorkStateConflict(self.get_state_display(), str(target.label))
