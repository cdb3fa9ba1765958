"""Pages of pipeline runs, below ``/workspaces/<name>/``; those of runs in general are the experiments'."""

from django.urls import path

from apps.pipelines.views import compare, export, runs, step, submit

_run = "pipelines/runs/<uuid:run_id>/"

run_patterns = [
    path("pipelines/", runs.runs, name="pipelines"),
    path("pipelines/new/", submit.new, name="new"),
    path("pipelines/compare/", compare.compare_chosen, name="compare-chosen"),
    path(f"{_run}steps/", runs.steps, name="steps"),
    path(f"{_run}step/", step.step, name="step"),
    path(f"{_run}clone/", submit.clone, name="clone"),
    path(f"{_run}plan/", submit.plan, name="plan"),
    path(f"{_run}resubmit/", submit.resubmit, name="resubmit"),
    path(f"{_run}compare/", compare.compare, name="compare"),
    path(f"{_run}yaml/", export.as_yaml, name="run-yaml"),
    path(f"{_run}python/", export.as_python, name="run-python"),
]
