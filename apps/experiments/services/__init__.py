"""What can be done with experiments and runs."""

from apps.experiments.services.children import is_below
from apps.experiments.services.comparing import compare, create_comparison, runs_of, shown_run
from apps.experiments.services.config import CommandJob, Limits, job_of
from apps.experiments.services.editing import archive_run, delete_run, edit_run, restore_run
from apps.experiments.services.experiments import archive_experiment, edit_experiment, restore_experiment
from apps.experiments.services.files import delete_file, store_file
from apps.experiments.services.freeing import free_run, free_snapshots, free_workspace
from apps.experiments.services.inputs import RunUse, ShownData, data_of, provider_of, runs_that_used
from apps.experiments.services.job_files import check_file, read_job_file, submit_file
from apps.experiments.services.lifecycle import cancel_below, cancel_run, end_run
from apps.experiments.services.outputs import lend_files, register_outputs, register_when_completed
from apps.experiments.services.reactions import follow_order
from apps.experiments.services.snapshots import store_snapshot
from apps.experiments.services.steps import create_pipeline_run, submit_step
from apps.experiments.services.submit import (
    clone_config,
    create_interactive,
    create_system_run,
    rerun,
    state_of_environment,
    submit_command,
)
from apps.experiments.services.waiting import environment_became_ready, environment_failed, watch_waiting

__all__ = [
    "CommandJob",
    "Limits",
    "RunUse",
    "ShownData",
    "archive_experiment",
    "archive_run",
    "cancel_below",
    "cancel_run",
    "check_file",
    "clone_config",
    "compare",
    "create_comparison",
    "create_interactive",
    "create_pipeline_run",
    "create_system_run",
    "data_of",
    "delete_file",
    "delete_run",
    "edit_experiment",
    "edit_run",
    "end_run",
    "environment_became_ready",
    "environment_failed",
    "follow_order",
    "free_run",
    "free_snapshots",
    "free_workspace",
    "is_below",
    "job_of",
    "lend_files",
    "provider_of",
    "read_job_file",
    "register_outputs",
    "register_when_completed",
    "rerun",
    "restore_experiment",
    "restore_run",
    "runs_of",
    "runs_that_used",
    "shown_run",
    "state_of_environment",
    "store_file",
    "store_snapshot",
    "submit_command",
    "submit_file",
    "submit_step",
    "watch_waiting",
]
