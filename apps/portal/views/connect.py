"""Lines by which a script that runs elsewhere logs to a workspace."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.pages import show_once, shown_once
from apps.accounts.services import create_token
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action
from studio.environment import is_localhost

TOKEN_LIVES = timedelta(days=30)
LONGEST_TOKEN_NAME = 80
SHELL = """\
pip install mlflow-skinny
export MLFLOW_TRACKING_URI={uri}
export MLFLOW_TRACKING_TOKEN={token}
python train.py"""
PYTHON = """\
import os

os.environ["MLFLOW_TRACKING_URI"] = "{uri}"
os.environ["MLFLOW_TRACKING_TOKEN"] = "{token}"
"""
EXAMPLE = """\
import mlflow

mlflow.set_experiment("from-my-machine")
with mlflow.start_run(run_name="hello"):
    mlflow.log_param("rate", 0.1)
    for step in range(100):
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
"""


@workspace_page(get=Action.RUNS_WRITE, post=Action.RUNS_WRITE)
def connect(request: WorkspaceRequest) -> HttpResponse:
    """Show the lines; a post makes a token for this workspace alone, which the next page holds in its lines, once."""
    workspace = request.workspace
    if request.method == "POST":
        _row, secret = create_token(
            user=request.user,
            name=(_("MLflow in %(workspace)s") % {"workspace": workspace.name})[:LONGEST_TOKEN_NAME],
            expires_at=timezone.now() + TOKEN_LIVES,
            workspace_ids=[workspace.pk],
        )
        show_once(request, "mlflow", secret=secret)
        return redirect("portal:connect", workspace.name)
    made = shown_once(request, "mlflow")
    values = {"uri": tracking_uri(workspace), "token": made["secret"] if made else _("<your token>")}
    context = {
        "workspace": workspace,
        "has_token": made is not None,
        "days": TOKEN_LIVES.days,
        "shell": SHELL.format(**values),
        "python": PYTHON.format(**values),
        "example": EXAMPLE,
    }
    response = render(request, "portal/connect.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


def tracking_uri(workspace: Workspace) -> str:
    """Return where MLflow clients log to. Names such as ``studio.localhost`` mean something to browsers alone."""
    studio = settings.STUDIO
    site = f"http://localhost:{studio.port}" if is_localhost(studio.hostname) else studio.url
    return f"{site}/mlflow/{workspace.name}"
