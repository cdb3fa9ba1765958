"""What can be done with a run as it is now. Roles are asked by ``apps.workspaces.policies``; this asks the run."""

from apps.experiments.models import Run, RunKind
from apps.experiments.states import RunStatus


def may_be_canceled(run: Run) -> bool:
    """Whether asking for its end would do anything."""
    return not run.is_over and run.status != RunStatus.CANCEL_REQUESTED


def may_be_rerun(run: Run) -> bool:
    """Whether the studio can start it again: it did so before."""
    return run.kind == RunKind.COMMAND and run.experiment_id is not None


def may_be_deleted(run: Run) -> bool:
    """Whether it has ended, so that no program writes into it any more."""
    return run.is_over and run.experiment_id is not None
