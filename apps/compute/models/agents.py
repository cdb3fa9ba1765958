"""The machines the studio knows."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.compute.states import SILENT_AFTER, AgentState, state_of
from apps.core.models import BaseModel


class Isolation(models.TextChoices):
    """How a machine keeps user code apart, as its agent found out by trying."""

    UNKNOWN = "", _("Not known yet")
    BUBBLEWRAP = "bubblewrap", _("Sandbox (bubblewrap)")
    UID = "uid", _("Separate user id only")
    NONE = "none", _("Not isolated")


# A machine gets no more work with less than this, or less than this share of a small disk.
LEAST_FREE_DISK_MB = 256
LEAST_FREE_DISK_SHARE = 0.02


class AgentQuerySet(models.QuerySet["Agent"]):
    def in_state(self, states: list[AgentState], now: datetime) -> Self:
        """Keep agents in one of the states."""
        conditions = {
            AgentState.WAITING: Q(last_seen_at=None),
            AgentState.ONLINE: Q(last_seen_at__gte=now - SILENT_AFTER),
            AgentState.SILENT: Q(last_seen_at__lt=now - SILENT_AFTER),
        }
        wanted = Q(pk__in=[])
        for state in states:
            wanted |= conditions[AgentState(state)]
        return self.filter(wanted)


class Agent(BaseModel):
    """One machine and its agent. Sizes are in MB; what was never reported is empty or 0."""

    name = models.CharField(max_length=60, unique=True)
    token_hash = models.CharField(max_length=64, unique=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    # When open pages were last told of this agent, and whether they were told that it is silent.
    told_at = models.DateTimeField(null=True, blank=True)
    told_silent = models.BooleanField(default=False)

    version = models.CharField(max_length=40, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    isolation = models.CharField(max_length=20, blank=True, choices=Isolation)
    isolation_detail = models.CharField(max_length=500, blank=True)
    # Who accepted that user code can read everything there; or that the agent's own settings do (STUDIO_ALLOW_UNISOLATED).
    exposure_accepted_at = models.DateTimeField(null=True, blank=True)
    exposure_accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    exposure_accepted_there = models.BooleanField(default=False)

    hostname = models.CharField(max_length=255, blank=True)
    system = models.CharField(max_length=255, blank=True)
    python_version = models.CharField(max_length=40, blank=True)
    boot_id = models.CharField(max_length=64, blank=True)
    cores = models.PositiveIntegerField(default=0)
    load = models.FloatField(default=0.0)
    memory_total_mb = models.PositiveBigIntegerField(default=0)
    memory_available_mb = models.PositiveBigIntegerField(default=0)
    disk_total_mb = models.PositiveBigIntegerField(default=0)
    disk_free_mb = models.PositiveBigIntegerField(default=0)
    gpus = models.JSONField(default=list, blank=True)
    # Versions of the Python interpreters it has, such as "3.11", the oldest first.
    pythons = models.JSONField(default=list, blank=True)
    # How many pieces of work it takes at once.
    slots = models.PositiveIntegerField(default=0)

    objects = AgentQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["name", "id", "hostname", "last_seen_at"], name="named_agents"),  # for the search
            models.Index(fields=["last_seen_at", "id"], name="agents_by_sight"),
            models.Index(fields=["isolation", "name", "id", "last_seen_at"], name="agents_by_isolation"),
            models.Index(fields=["created_at", "id"], name="agents_by_age"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url_in(self, workspace_name: str) -> str:
        """Return the address of the machine's page in a workspace."""
        return reverse("compute:machine", args=[workspace_name, self.pk])

    @property
    def state(self) -> AgentState:
        """The state at this moment."""
        return state_of(self.last_seen_at, timezone.now())

    @property
    def exposes_everything(self) -> bool:
        """Whether user code could read whatever its agent can."""
        return self.isolation == Isolation.NONE

    @property
    def may_run_user_code(self) -> bool:
        """Whether it keeps user code apart, or somebody accepted that it does not."""
        accepted = self.exposure_accepted_there or self.exposure_accepted_at is not None
        return accepted or not self.exposes_everything

    @property
    def has_room(self) -> bool:
        """Whether its disk has space for more work: programs that cannot write fail in ways that nobody understands."""
        return self.disk_free_mb >= min(LEAST_FREE_DISK_MB, self.disk_total_mb * LEAST_FREE_DISK_SHARE)

    @property
    def memory_used_mb(self) -> int:
        """Memory in use, in MB."""
        return max(0, self.memory_total_mb - self.memory_available_mb)

    @property
    def disk_used_mb(self) -> int:
        """Disk space in use, in MB, where the agent keeps its files."""
        return max(0, self.disk_total_mb - self.disk_free_mb)
