"""Schedules, and every time at which one started something or did not."""

from typing import Any, Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel
from apps.schedules.states import MissedPolicy, OverlapPolicy, ScheduleState, TickState, TriggerType
from apps.workspaces.models import Workspace
from apps.workspaces.text import validate_one_line, validate_text

NAME_PATTERN = r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,254}\Z"
USUAL_CATCH_UP = 10
MOST_CATCH_UP = 100


class ScheduleQuerySet(models.QuerySet["Schedule"]):
    def visible_to(self, user: Any) -> Self:
        """Keep the schedules of workspaces the user is a member of."""
        return self.filter(workspace__in=Workspace.objects.visible_to(user))

    def named(self, name: str) -> Self:
        """Keep the schedule of this name, in any case of letters."""
        return self.alias(lower_name=Lower("name")).filter(lower_name=name.replace("\x00", "").lower())


class Schedule(BaseModel):
    """When something is started, again and again.

    ``subject``: what, as the app that ``subject_kind`` names froze it (see ``hooks.Subject``); ``subject_source``: the row it
    was taken of. ``trigger``: when, as ``reading.to_json`` writes it. ``next_at``: when it is looked at next; None unless it is
    active. ``owner``: in whose name it starts things, and whose rights are asked each time. ``state_reason``: why the studio
    stopped it; ``problem``: why its data could not be looked at last time. ``seen``: what its data looked like then, as the
    watcher gave it.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="schedules")
    name = models.CharField(
        _("name"),
        max_length=255,
        validators=[
            RegexValidator(
                NAME_PATTERN, _("Use letters, digits, hyphens, underscores or dots, and begin with a letter or digit.")
            )
        ],
    )
    display_name = models.CharField(_("display name"), max_length=255, blank=True, validators=[validate_one_line])
    description = models.TextField(_("description"), max_length=20_000, blank=True, validators=[validate_text])
    tags = models.JSONField(_("tags"), default=dict, blank=True)
    subject_kind = models.CharField(max_length=20)
    subject = models.JSONField(default=dict)
    subject_label = models.CharField(max_length=255, blank=True)
    subject_source = models.CharField(max_length=100, blank=True)
    trigger_type = models.CharField(max_length=20, choices=TriggerType)
    trigger = models.JSONField()
    missed = models.CharField(max_length=10, choices=MissedPolicy, default=MissedPolicy.ONCE)
    catch_up = models.PositiveSmallIntegerField(default=USUAL_CATCH_UP)
    overlap = models.CharField(max_length=10, choices=OverlapPolicy, default=OverlapPolicy.START)
    state = models.CharField(max_length=10, choices=ScheduleState, default=ScheduleState.ACTIVE)
    state_reason = models.CharField(max_length=2000, blank=True)
    problem = models.CharField(max_length=2000, blank=True)
    seen = models.JSONField(null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    next_at = models.DateTimeField(null=True, blank=True)
    last_at = models.DateTimeField(null=True, blank=True)
    last_state = models.CharField(max_length=10, choices=TickState, blank=True)

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "workspace",
                Lower("name"),
                name="schedule_name_once",
                violation_error_message=_("A schedule of this name exists."),
            )
        ]
        indexes = [
            # What beat looks for: all that is due, and nothing else, however many schedules there are.
            models.Index(fields=["next_at", "id"], name="schedules_due", condition=Q(next_at__isnull=False)),
            # With what filters and search ask for, so that they read no rows.
            models.Index(
                fields=["workspace", "-created_at", "id", "state", "trigger_type", "subject_kind", "last_state", "name",
                    "display_name", "subject_label"],
                name="schedules_by_age",
            ),
            models.Index("workspace", Lower("name"), "id", "name", "display_name", "subject_label", "state", "trigger_type",
                name="named_schedules",
            ),
            models.Index("workspace", "trigger_type", Lower("name"), "id", name="named_schedules_by_trigger"),
            models.Index(fields=["workspace", "next_at", "id"], name="schedules_by_next"),
            # Stopped ones have no next time: to sort them all takes none of their rows.
            models.Index(fields=["workspace", "state", "next_at", "id"], name="schedules_by_state"),
            models.Index(fields=["workspace", "subject_source", "-created_at", "id"], name="schedules_by_source",
                condition=~Q(subject_source=""),
            ),
            models.Index(fields=["workspace", "-last_at", "id"], name="schedules_by_last"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.display_name or self.name

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("schedules:schedule", args=[self.workspace.name, self.name])


class Tick(BaseModel):
    """One time of a schedule, and what became of it. There is one row for a schedule and a time, so nothing starts twice.

    ``missed``: how many further times, which nobody looked at in time, it stands for. ``is_manual``: a person asked for it.
    ``context``: what it was about: ``{"path", "changes"}`` of data. ``started_*``: what it started. ``attempts``: how often
    starting failed for a reason of the studio's own.
    """

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="ticks")
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=TickState, default=TickState.DUE)
    reason = models.CharField(max_length=2000, blank=True)
    missed = models.PositiveIntegerField(default=0)
    is_manual = models.BooleanField(default=False)
    context = models.JSONField(default=dict, blank=True)
    started_id = models.UUIDField(null=True, blank=True)
    started_label = models.CharField(max_length=255, blank=True)
    started_url = models.CharField(max_length=500, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint("schedule", "at", name="tick_once")]
        indexes = [
            models.Index(fields=["schedule", "-at", "id", "state"], name="ticks_by_time"),
            models.Index(fields=["schedule", "state", "-at", "id"], name="ticks_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.schedule_id} {self.at:%Y-%m-%d %H:%M}"
