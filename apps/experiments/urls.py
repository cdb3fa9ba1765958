"""Pages of experiments and runs, below ``/workspaces/<name>/``."""

from django.urls import path

from apps.experiments.views import bulk, comparing, experiment, lists, run, run_actions, run_details, submit

app_name = "experiments"

_experiment = "jobs/experiments/<str:experiment_name>/"
_run = "runs/<uuid:run_id>/"

urlpatterns = [
    path("jobs/", lists.experiments, name="experiments"),
    path("jobs/runs/", lists.runs, name="runs"),
    path("jobs/new/", submit.new_run, name="new-run"),
    path("jobs/new/data/", submit.data_choices, name="data-choices"),
    path("jobs/new/file/", submit.new_run_from_file, name="new-run-from-file"),
    path(_experiment, experiment.experiment, name="experiment"),
    path(f"{_experiment}edit/", experiment.edit, name="edit-experiment"),
    path(f"{_experiment}archive/", experiment.archive, name="archive-experiment"),
    path(_run, run.front, name="run"),
    path(f"{_run}overview/", run.overview, name="run-overview"),
    path(f"{_run}metrics/", run.metrics, name="run-metrics"),
    path(f"{_run}images/", run.images, name="run-images"),
    path(f"{_run}children/", run.children, name="run-children"),
    path(f"{_run}logs/", run.logs, name="run-logs"),
    path(f"{_run}code/", run.code, name="run-code"),
    path(f"{_run}monitoring/", run.monitoring, name="run-monitoring"),
    path(f"{_run}head/", run.head, name="run-head"),
    path(f"{_run}cancel/", run_actions.cancel, name="cancel-run"),
    path(f"{_run}again/", run_actions.again, name="run-again"),
    path(f"{_run}archive/", run_actions.archive, name="archive-run"),
    path(f"{_run}delete/", run_actions.delete, name="delete-run"),
    path(f"{_run}name/", run_details.display_name, name="run-name"),
    path(f"{_run}description/", run_details.description, name="run-description"),
    path(f"{_run}tags/", run_details.tags, name="run-tags"),
    path(f"{_run}json/", run_details.raw_json, name="run-json"),
    path(f"{_run}yaml/", run_details.job_file, name="run-yaml"),
    # With the rows that are chosen in a list; the second of each pair in that of one experiment.
    *(path(f"jobs/{deed}/", bulk.change_experiments, {"deed": deed}, f"{deed}-experiments") for deed in bulk.EXPERIMENT_DEEDS),
    *(path(f"jobs/runs/{deed}/", bulk.change_runs, {"deed": deed}, f"{deed}-runs") for deed in bulk.RUN_DEEDS),
    *(path(f"{_experiment}runs/{deed}/", bulk.change_runs, {"deed": deed}, f"{deed}-runs-of") for deed in bulk.RUN_DEEDS),
    path("jobs/runs/compare/", comparing.compare_runs, name="compare-runs"),
    path(f"{_experiment}runs/compare/", comparing.compare_runs, name="compare-runs-of"),
    path("jobs/compare/<uuid:comparison_id>/", comparing.comparison, name="comparison"),
    path("jobs/runs/tag/", bulk.tag_runs, name="tag-runs"),
    path(f"{_experiment}runs/tag/", bulk.tag_runs, name="tag-runs-of"),
]  # fmt: skip
