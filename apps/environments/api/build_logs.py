"""The log of a build, for whoever may read an environment that uses it.

Builds are shared: the run that made one may belong to another workspace, where its page stays closed to readers of this one.
"""

from typing import Any

from apps.environments.services import run_of_build
from apps.experiments.api.logs import LogContent, LogLines, Logs, LogSearch
from apps.experiments.models import Run
from apps.workspaces.access import workspace_access
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action


class _OfBuild:
    """Mix into the log views of runs; put it first."""

    access = workspace_access(get=Action.ENVIRONMENTS_READ)
    workspace: Workspace

    def find_run(self, **kwargs: Any) -> Run | None:
        return run_of_build(self.workspace, kwargs["build_id"])


class BuildLogs(_OfBuild, Logs):
    """The logs of an environment build."""


class BuildLogLines(_OfBuild, LogLines):
    """Lines of the log of an environment build."""


class BuildLogSearch(_OfBuild, LogSearch):
    """Search in the log of an environment build."""


class BuildLogContent(_OfBuild, LogContent):
    """The log of an environment build as a file."""
