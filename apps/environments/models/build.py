"""What a recipe was resolved to."""

from typing import Any

from django.db import models
from django.utils import timezone

from apps.core.models import BaseModel
from apps.environments.states import TRANSITIONS, BuildState
from apps.experiments.models import Run


class EnvironmentBuild(BaseModel):
    """One recipe, resolved and built. Versions with the same recipe share it, also those of other workspaces.

    ``recipe_digest`` is over all that decides what is installed; names and versions of environments do not. ``generation``
    counts deliberate rebuilds: unpinned packages stay what they were at the first build until somebody asks for another.
    ``lock``: every package with version and hashes, as ``uv pip compile --generate-hashes`` writes it. ``digest`` addresses the
    folder on machines. ``packages``: ``[{"name", "version"}]``. ``size`` in bytes.
    """

    recipe_digest = models.CharField(max_length=64)
    generation = models.PositiveIntegerField(default=1)
    recipe = models.JSONField(default=dict)
    state = models.CharField(max_length=20, choices=BuildState, default=BuildState.QUEUED)
    reason = models.CharField(max_length=2000, blank=True)
    hints = models.JSONField(default=list, blank=True)
    run = models.ForeignKey(Run, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    lock = models.TextField(blank=True)
    digest = models.CharField(max_length=64, blank=True)
    packages = models.JSONField(default=list, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("recipe_digest", "generation", name="build_once")]
        indexes = [models.Index(fields=["state", "id"], name="builds_by_state")]

    def __str__(self) -> str:
        return self.recipe_digest[:12]

    @property
    def is_over(self) -> bool:
        """Whether it has succeeded or failed."""
        return self.state not in TRANSITIONS

    def move_to(self, target: BuildState, **stamps: Any) -> bool:
        """Change state by compare-and-set, with ``stamps``. Returns False where another was first; the row is as stored then."""
        sources = [state for state, following in TRANSITIONS.items() if target in following]
        rows = EnvironmentBuild.objects.filter(pk=self.pk, state__in=sources)
        won = rows.update(state=target, updated_at=timezone.now(), **stamps)
        self.refresh_from_db()
        return bool(won)
