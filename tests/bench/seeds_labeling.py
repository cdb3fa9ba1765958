"""Many labeling projects, of which one has many items."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from apps.accounts.models import User
from apps.data.models import DatasetVersion
from apps.labeling.models import Answer, Item, Label, LabelingProject
from apps.labeling.states import AnswerStatus, ItemState, Media, ProjectStatus, Task
from apps.workspaces.models import Workspace

Write = Callable[[Any, int, Callable[[int], dict[str, Any]]], list[Any]]
NAMES = ("cats", "credit", "forecast", "letters", "roofs")
KEY = "abcdefgh"


def write_labeling(rows: int, workspace: Workspace, viewer: User, now: datetime, write: Write) -> None:
    """Write projects, and the items of one with what was said of half of them. Args: write: of ``seeds``."""
    dataset = DatasetVersion.objects.filter(dataset__workspace=workspace).first()
    statuses = [ProjectStatus.RUNNING, ProjectStatus.RUNNING, ProjectStatus.PAUSED]
    projects = write(LabelingProject, rows, lambda n: {
        "workspace": workspace, "name": "long" if n == 0 else f"{NAMES[n % len(NAMES)]}-{n}", "media": Media.TEXT,
        "task": Task.TEXT_MULTICLASS, "dataset": dataset, "status": statuses[n % len(statuses)], "created_by": viewer,
    })  # fmt: skip
    Label.objects.create(project=projects[0], key=KEY, name="Good", color="#0072b2")
    states = [*[ItemState.UNLABELED] * 10, *[ItemState.LABELED] * 8, ItemState.SKIPPED, ItemState.APPROVED]

    def item(n: int) -> dict[str, Any]:
        state = states[n % len(states)]
        is_labeled = state in {ItemState.LABELED, ItemState.APPROVED}
        return {
            "project": projects[0], "number": n + 1, "path": f"{NAMES[n % len(NAMES)]}.csv", "row": n, "text": f"Text {n} " * 20,
            "sort_key": n * 7919 % 1_000_003, "state": state, "final": {"labels": [KEY]} if is_labeled else None,
            "final_by": viewer if is_labeled else None, "labeled_at": now - timedelta(seconds=n) if is_labeled else None,
        }  # fmt: skip

    items = write(Item, rows, item)
    write(Answer, rows // 2, lambda n: {
        "item": items[n * 2], "labeler": viewer, "answer": {"labels": [KEY]}, "status": AnswerStatus.SUBMITTED, "version": 1,
        "seconds": n % 20, "comment": "Is it?" if n % 9 == 0 else "", "submitted_at": now - timedelta(seconds=n),
    })  # fmt: skip
