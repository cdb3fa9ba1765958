"""Runs that a run's own code makes below it. They are the program's: with it they end."""

from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.experiments.events import run_changed
from apps.experiments.models import Run, RunKind
from apps.experiments.naming import new_run_name
from apps.experiments.services import timeline
from apps.experiments.services.experiments import next_number
from apps.experiments.services.lifecycle import end_run
from apps.experiments.states import RunStatus, Stage

MOST_CHILDREN = 10_000
DEEPEST = 100


def begin_child(*, parent: Run, run_id: UUID, name: str) -> str:
    """Make a child of a run, as the run's code asks. Returns why not, in English for the machine's log, or an empty text.

    Args: parent: its row is locked. run_id: chosen by the code, which goes on without waiting for an answer.
    """
    if parent.depth >= DEEPEST:
        return f"children go {DEEPEST} levels deep at most"
    if parent.children.count() >= MOST_CHILDREN:
        return f"a run has at most {MOST_CHILDREN} children"
    if Run.objects.filter(pk=run_id).exists():
        return f"there is a run {run_id} already"
    now = timezone.now()
    child = Run.objects.create(
        pk=run_id,
        workspace=parent.workspace,
        kind=RunKind.INTERACTIVE,
        experiment=parent.experiment,
        parent=parent,
        depth=parent.depth + 1,
        number=next_number(parent.experiment) if parent.experiment else 0,
        name=new_run_name(),
        display_name=name,
        status=RunStatus.RUNNING,
        status_reason=_("the code of its parent reports to it"),
        started_at=now,
        stages=[timeline.moment(Stage.SUBMITTED, now), timeline.open_stage(Stage.RUN, now)],
    )
    run_changed(child)
    return ""


def end_child(run_id: UUID, status: RunStatus, reason: str) -> None:
    """End a child, as the run's code says. What has ended stays as it is."""
    end_run(run=Run.objects.select_related("workspace").get(pk=run_id), status=status, reason=reason[:2000])


def is_below(run_id: UUID, ancestor_id: UUID) -> bool:
    """Return whether a run is a child of another, or a child of its children."""
    for _level in range(DEEPEST + 1):
        parent = Run.objects.filter(pk=run_id, deleted_at=None).values_list("parent", flat=True).first()
        if parent is None or parent == ancestor_id:
            return parent is not None
        run_id = parent
    return False
