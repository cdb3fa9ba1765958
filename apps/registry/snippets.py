"""How scripts, jobs and people at a terminal use a version of a model."""

import shlex

from django.conf import settings

from apps.registry.models import ModelVersion
from apps.registry.states import ModelType
from apps.workspaces.connect import Snippet
from apps.workspaces.models import Workspace


def snippets_of(version: ModelVersion) -> list[Snippet]:
    """Return what to write to use a version, in Python, with MLflow, in a terminal and in a job file."""
    name, number = version.model.name, version.number
    workspace = version.model.workspace
    get = "from mlstudio import Model, Workspace\n\nworkspace = Workspace.from_config()\n"
    uri = f"models:/{name}/{number}"
    if version.type == ModelType.MLFLOW:
        load = f'model = mlflow.pyfunc.load_model("{uri}")\nmodel.predict(data)\n'
    else:
        load = f'path = mlflow.artifacts.download_artifacts("{uri}")\n'
    return [
        Snippet(
            "Python",
            f'{get}model = Model(workspace, name="{name}", version={number})\npath = model.download("model")\n',
        ),
        Snippet("MLflow", f"{_connected(workspace)}{load}"),
        Snippet("Terminal", f"studio model download {shlex.quote(version.reference)} --to model\n"),
        Snippet(
            "job.yml",
            "command: python score.py --model ${{inputs.model}}\ncode: .\n"
            f"environment: azureml:{version.environment or 'sklearn@latest'}\ninputs:\n  model:\n"
            f"    type: {version.type}\n    path: azureml:{version.reference}\n",
        ),
    ]


def registering(workspace: Workspace) -> str:
    """Return the lines with which a script registers a model by the MLflow client."""
    return f'{_connected(workspace)}mlflow.sklearn.log_model(model, name="model", registered_model_name="churn")'


def _connected(workspace: Workspace) -> str:
    """Return the lines that tell the MLflow client where the workspace is; within a run it knows."""
    return (
        "# MLFLOW_TRACKING_TOKEN in the environment is an access token of yours.\nimport mlflow\n\n"
        f'mlflow.set_tracking_uri("{settings.STUDIO.url}/mlflow/{workspace.name}")\n'
    )
