"""Runs: one table for all kinds."""

from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.compute.models import ComputeTarget, WorkOrder
from apps.core.models import BaseModel
from apps.experiments.errors import InvalidTransition
from apps.experiments.models.experiment import Experiment
from apps.experiments.models.snapshot import Snapshot
from apps.experiments.states import TERMINAL, TRANSITIONS, RunStatus
from apps.workspaces.models import Workspace
from apps.workspaces.text import validate_one_line, validate_text

LONGEST_DESCRIPTION = 20_000


class RunKind(models.TextChoices):
    """What a run is of. System kinds belong to no experiment and never appear among the user's runs."""

    COMMAND = "command", _("Command")
    PIPELINE = "pipeline", _("Pipeline")
    STEP = "step", _("Step")  # of a pipeline
    INTERACTIVE = "interactive", _("Interactive")  # made by a tracking client; no work of ours
    BUILD = "build", _("Environment build")
    REPLICA = "replica", _("Endpoint replica")


SYSTEM_KINDS = frozenset({RunKind.BUILD, RunKind.REPLICA})


class RunQuerySet(models.QuerySet["Run"]):
    def visible_to(self, user: Any) -> Self:
        """Keep the runs of workspaces the user is a member of."""
        return self.filter(workspace__in=Workspace.objects.visible_to(user))

    def of_users(self) -> Self:
        """Keep what people ran; leave out the studio's own work."""
        return self.filter(experiment__isnull=False)


class Run(BaseModel):
    """One execution. What it was given is frozen in ``config`` at submit, so it can be run again as it was.

    ``number`` counts the runs of an experiment. ``name`` is the short name for addresses of files and logs, unique in the
    workspace (``calm_river_8f3k2a``); ``display_name`` is free. ``config`` is described in ``services/config.py``.
    ``stages``: ``[{"name", "started_at", "ended_at" or null, "detail"}]`` in their order, times in ISO 8601.
    ``status_reason`` says in words why the run is where it is; ``error``: ``{"code": "UserError" or "SystemError",
    "message", "detail"}``. ``warnings``: sentences about what was read differently from how it was written.
    ``properties`` are written once and never change; tags do.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="runs")
    kind = models.CharField(max_length=20, choices=RunKind, default=RunKind.COMMAND)
    experiment = models.ForeignKey(Experiment, null=True, blank=True, on_delete=models.CASCADE, related_name="runs")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="children")
    depth = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=80)
    number = models.PositiveIntegerField(default=0)
    display_name = models.CharField(_("display name"), max_length=255, blank=True, validators=[validate_one_line])
    description = models.TextField(
        _("description"),
        max_length=LONGEST_DESCRIPTION,
        blank=True,
        validators=[MaxLengthValidator(LONGEST_DESCRIPTION), validate_text],
    )

    status = models.CharField(max_length=20, choices=RunStatus, default=RunStatus.NOT_STARTED)
    status_reason = models.CharField(max_length=2000, blank=True)
    stages = models.JSONField(default=list, blank=True)
    error = models.JSONField(default=dict, blank=True)
    warnings = models.JSONField(default=list, blank=True)
    exit_code = models.IntegerField(null=True, blank=True)

    config = models.JSONField(default=dict)
    target = models.ForeignKey(ComputeTarget, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    order = models.ForeignKey(WorkOrder, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    snapshot = models.ForeignKey(Snapshot, null=True, blank=True, on_delete=models.PROTECT, related_name="runs")
    # Of the environment that ``config`` names, so that the runs that used one are found.
    environment_version = models.UUIDField(null=True, blank=True)
    properties = models.JSONField(default=dict, blank=True)
    rerun_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    # Set when somebody deletes it: from then on no page shows it, and a task takes its rows and files away.
    deleted_at = models.DateTimeField(null=True, blank=True)
    output_bytes = models.PositiveBigIntegerField(default=0)

    objects = RunQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("workspace", "name", name="run_name_once")]
        indexes = [
            models.Index(fields=["workspace", "kind", "-created_at", "id"], name="runs_by_kind"),
            # With what the usual filters and the search ask for, so that they read no rows.
            models.Index(
                fields=["workspace", "-created_at", "id", "parent", "kind", "status", "display_name", "name",
                    "experiment", "archived_at", "deleted_at", "output_bytes"],
                name="live_runs_by_age",
                condition=Q(experiment__isnull=False, archived_at=None, deleted_at=None),
            ),
            models.Index(
                fields=["workspace", "-created_at", "id", "parent", "kind", "status", "display_name", "name",
                    "experiment", "archived_at", "deleted_at"],
                name="archived_runs_by_age",
                condition=Q(experiment__isnull=False, archived_at__isnull=False, deleted_at=None),
            ),
            models.Index(fields=["experiment", "-created_at", "id"], name="runs_of_experiment"),
            models.Index(fields=["parent", "created_at", "id", "status", "experiment", "archived_at", "deleted_at"],
                name="children_of_run",
                condition=Q(parent__isnull=False, experiment__isnull=False, archived_at=None, deleted_at=None),
            ),
            models.Index(fields=["environment_version", "-created_at", "id"], name="runs_of_environment",
                condition=Q(environment_version__isnull=False),
            ),
            models.Index(fields=["status", "created_at"], name="runs_of_all_by_status"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.display_name or self.name

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("experiments:run", args=[self.workspace.name, self.pk])

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status in TERMINAL

    @property
    def duration_s(self) -> float | None:
        """Seconds from its start to its end, or to now; None before it started."""
        if self.started_at is None:
            return None
        return ((self.ended_at or timezone.now()) - self.started_at).total_seconds()

    @property
    def files_prefix(self) -> str:
        """Where the store keeps everything of this run."""
        return f"workspaces/{self.workspace_id}/runs/{self.pk}"

    def move_to(self, target: RunStatus, **stamps: Any) -> None:
        """Change status by compare-and-set, so that of two workers only one wins. ``stamps`` are written with it.

        Raises:
            InvalidTransition: the stored status may no longer become ``target``.
        """
        sources = [status for status, following in TRANSITIONS.items() if target in following]
        won = Run.objects.filter(pk=self.pk, status__in=sources).update(
            status=target, updated_at=timezone.now(), **stamps
        )
        self.refresh_from_db()
        if not won:
            raise InvalidTransition(self.get_status_display(), str(target.label))


class RunParameter(models.Model):
    """A parameter of a run, such as a learning rate. Written once; another value for the same name is refused."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="parameters")
    name = models.CharField(max_length=255)
    value = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint("run", "name", name="parameter_once")]

    def __str__(self) -> str:
        return self.name


class RunTag(models.Model):
    """A tag of a run; it may change at any time. ``workspace`` repeats the run's, for the search by tag."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="tags")
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=255)
    value = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("run", "name", name="run_tag_once")]
        indexes = [models.Index(fields=["workspace", "name", "run"], name="runs_by_tag")]

    def __str__(self) -> str:
        return self.name
