"""Files of runs as the content host serves them: ``runs/<run id>/<path>``."""

from typing import Any
from uuid import UUID

from apps.core.hooks import Content
from apps.experiments.models import Run, RunFile
from apps.workspaces.models import Membership
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

SOURCE = "runs"


def content_path(run: Run, path: str) -> str:
    """Return what names a file of a run for ``content:open``."""
    return f"{SOURCE}/{run.pk}/{path}"


def content_source(user: Any, path: str) -> Content | None:
    """Return the file that a path names, if there is one and the user may read the workspace's runs."""
    source, _slash, rest = path.partition("/")
    run_id, _slash, file_path = rest.partition("/")
    if source != SOURCE or not user.is_authenticated:
        return None
    try:
        pk = UUID(run_id)
    except ValueError:
        return None
    rows = RunFile.objects.filter(run=pk, run__deleted_at=None, run__workspace__deleted_at=None, path=file_path)
    row = rows.select_related("run").first()
    if row is None:
        return None
    membership = Membership.objects.filter(workspace=row.run.workspace_id, user=user).first()
    if not may(membership, Action.RUNS_READ):
        return None
    return Content(row.key, file_path.rpartition("/")[2], row.media_type, row.sha256)
