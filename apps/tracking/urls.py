"""Addresses of the dialect, below ``/mlflow/<workspace>/``. What runs log goes to ``apps.tracking.asgi`` before these."""

from django.urls import include, path

from apps.tracking.api import (
    artifacts,
    experiments,
    inputs,
    logged_models,
    model_versions,
    registered_models,
    runs,
    server,
)
from apps.tracking.views import front_page

_api = "api/2.0/mlflow/"
_files = "api/2.0/mlflow-artifacts/artifacts"

_registry = [
    path("registered-models/create", registered_models.CreateModel.as_view()),
    path("registered-models/get", registered_models.GetModel.as_view()),
    path("registered-models/rename", registered_models.RenameModel.as_view()),
    path("registered-models/update", registered_models.UpdateModel.as_view()),
    path("registered-models/delete", registered_models.DeleteModel.as_view()),
    path("registered-models/search", registered_models.SearchModels.as_view()),
    path("registered-models/list", registered_models.SearchModels.as_view()),
    path("registered-models/get-latest-versions", registered_models.LatestVersions.as_view()),
    path("registered-models/set-tag", registered_models.SetModelTag.as_view()),
    path("registered-models/delete-tag", registered_models.DeleteModelTag.as_view()),
    path("registered-models/alias", registered_models.ModelAliases.as_view()),
    path("model-versions/create", model_versions.CreateVersion.as_view()),
    path("model-versions/get", model_versions.GetVersion.as_view()),
    path("model-versions/update", model_versions.UpdateVersion.as_view()),
    path("model-versions/delete", model_versions.DeleteVersion.as_view()),
    path("model-versions/search", model_versions.SearchVersions.as_view()),
    path("model-versions/get-download-uri", model_versions.DownloadUri.as_view()),
    path("model-versions/transition-stage", model_versions.TransitionStage.as_view()),
    path("model-versions/set-tag", model_versions.SetVersionTag.as_view()),
    path("model-versions/delete-tag", model_versions.DeleteVersionTag.as_view()),
]

urlpatterns = [
    path("", front_page, name="mlflow"),
    path("version", server.Version.as_view()),
    path("api/3.0/mlflow/server-info", server.ServerInfo.as_view()),
    path(f"{_api}experiments/get", experiments.GetExperiment.as_view()),
    path(f"{_api}experiments/get-by-name", experiments.GetExperimentByName.as_view()),
    path(f"{_api}experiments/create", experiments.CreateExperiment.as_view()),
    path(f"{_api}experiments/search", experiments.SearchExperiments.as_view()),
    path(f"{_api}experiments/delete", experiments.DeleteExperiment.as_view()),
    path(f"{_api}experiments/restore", experiments.RestoreExperiment.as_view()),
    path(f"{_api}experiments/set-experiment-tag", experiments.SetExperimentTag.as_view()),
    path(f"{_api}experiments/delete-experiment-tag", experiments.DeleteExperimentTag.as_view()),
    path(f"{_api}runs/create", runs.CreateRun.as_view()),
    path(f"{_api}runs/get", runs.GetRun.as_view()),
    path(f"{_api}runs/update", runs.UpdateRun.as_view()),
    path(f"{_api}runs/search", runs.SearchRuns.as_view()),
    path(f"{_api}runs/delete-tag", runs.DeleteTag.as_view()),
    path(f"{_api}metrics/get-history", runs.MetricHistory.as_view()),
    path(f"{_api}artifacts/list", artifacts.ListArtifacts.as_view()),
    path(f"{_api}runs/log-inputs", inputs.LogInputs.as_view()),
    path(f"{_api}runs/outputs", inputs.LogOutputs.as_view()),
    path(f"{_api}runs/delete", runs.DeleteRun.as_view()),
    path(f"{_api}runs/restore", runs.RestoreRun.as_view()),
    path(f"{_api}logged-models", logged_models.LoggedModels.as_view()),
    path(f"{_api}logged-models/search", logged_models.SearchLoggedModels.as_view()),
    path(f"{_api}logged-models/<str:logged_model>", logged_models.LoggedModelOne.as_view()),
    path(f"{_api}logged-models/<str:logged_model>/params", logged_models.LoggedModelParams.as_view()),
    path(f"{_api}logged-models/<str:logged_model>/tags", logged_models.LoggedModelTags.as_view()),
    path(f"{_api}logged-models/<str:logged_model>/tags/<path:tag_key>", logged_models.LoggedModelTag.as_view()),
    path(_api, include(_registry)),
    path(_files, artifacts.ArtifactFolder.as_view()),
    path(f"{_files}/<path:artifact_path>", artifacts.Artifact.as_view()),
    path("api/<path:call>", server.NotSpoken.as_view()),
]
