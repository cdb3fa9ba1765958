"""Numbers about a project, by grouped queries on indexed columns."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count

from apps.labeling.models import Answer, Item, LabelingProject
from apps.labeling.states import DONE, AnswerStatus, ItemState


@dataclass(frozen=True)
class Progress:
    """How many items there are in each state; states without any are left out."""

    by_state: dict[str, int]

    @property
    def total(self) -> int:
        """All items."""
        return sum(self.by_state.values())

    @property
    def labeled(self) -> int:
        """Items that have their label."""
        return sum(count for state, count in self.by_state.items() if state in DONE)

    @property
    def percent(self) -> int:
        """Whole percent of items that are labeled; 100 only once all are."""
        return self.labeled * 100 // self.total if self.total else 0

    @property
    def rows(self) -> list[tuple[Any, int]]:
        """Each state in words, with its items."""
        return [(state.label, self.by_state.get(state, 0)) for state in ItemState]


def progress_of(project_ids: Collection[UUID]) -> dict[UUID, Progress]:
    """Return the progress of projects, by one query."""
    found: dict[UUID, dict[str, int]] = {pk: {} for pk in project_ids}
    rows = Item.objects.filter(project__in=project_ids).order_by().values_list("project", "state")
    for pk, state, count in rows.annotate(Count("pk")):
        found[pk][state] = count
    return {pk: Progress(states) for pk, states in found.items()}


def people_of(project: LabelingProject) -> list[dict[str, Any]]:
    """Return who has labeled how many items, and in how many seconds each on average; who did most comes first."""
    rows = Answer.objects.filter(item__project=project, status=AnswerStatus.SUBMITTED).order_by()
    counted = rows.values("labeler__username").annotate(count=Count("pk"), seconds=Avg("seconds"))
    return [dict(row) for row in counted.order_by("-count", "labeler__username")]
