"""Addresses of experiments and runs below ``/api/v1/``."""

from django.urls import path

from apps.experiments.api import comparisons, experiments, files, inputs, jobs, runs, schedule_files, snapshots, work

_workspace = "workspaces/<str:name>/"
_experiment = f"{_workspace}experiments/<str:experiment_name>/"
_run = f"{_workspace}runs/<uuid:run_id>/"

urlpatterns = [
    path(f"{_workspace}experiments/", experiments.ExperimentCollection.as_view()),
    path(_experiment, experiments.ExperimentItem.as_view()),
    path(f"{_experiment}archive/", experiments.ArchiveExperiment.as_view()),
    path(f"{_experiment}restore/", experiments.RestoreExperiment.as_view()),
    path(f"{_workspace}jobs/", jobs.JobFiles.as_view()),
    path(f"{_workspace}snapshots/", snapshots.SnapshotCollection.as_view()),
    path(f"{_workspace}jobs/check/", jobs.CheckJobFile.as_view()),
    path(f"{_workspace}schedule-files/", schedule_files.ScheduleFiles.as_view()),
    path(f"{_workspace}schedule-files/check/", schedule_files.CheckScheduleFile.as_view()),
    path(f"{_workspace}comparisons/", comparisons.ComparisonCollection.as_view()),
    path(f"{_workspace}comparisons/<uuid:comparison_id>/", comparisons.ComparisonItem.as_view()),
    path(f"{_workspace}comparisons/<uuid:comparison_id>/series/", comparisons.ComparisonSeries.as_view()),
    path(f"{_workspace}runs/", runs.RunCollection.as_view()),
    path(_run, runs.RunItem.as_view(), name="api-run"),
    path(f"{_run}cancel/", runs.CancelRun.as_view()),
    path(f"{_run}rerun/", runs.RerunRun.as_view()),
    path(f"{_run}archive/", runs.ArchiveRun.as_view()),
    path(f"{_run}restore/", runs.RestoreRun.as_view()),
    path(f"{_run}children/", runs.ChildCollection.as_view()),
    path(f"{_run}yaml/", runs.RunJobFile.as_view()),
    path(f"{_run}files/", files.RunFiles.as_view()),
    path(f"{_run}files/content/", files.FileContent.as_view()),
    path(f"{_run}files/zip/", files.FilesZip.as_view()),
    path(f"{_run}code/", files.RunCode.as_view()),
    path(f"{_run}code/content/", files.CodeContent.as_view()),
    path(f"{_run}code/zip/", files.CodeZip.as_view()),
    path("work/inputs/<str:input_name>/files/", inputs.InputFiles.as_view()),
    path("work/inputs/<str:input_name>/content/", inputs.InputContent.as_view()),
    path("work/code/", work.WorkCode.as_view()),
    path("work/files/<path:file_path>", work.WorkFile.as_view()),
]
