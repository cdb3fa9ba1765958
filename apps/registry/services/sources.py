"""Where the files of a model come from, as people and job files say it: ``runs:/…``, ``azureml://jobs/…``."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote
from uuid import UUID

from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.experiments.models import Run
from apps.workspaces.models import Workspace

_RUNS: Final = re.compile(r"runs:/{1,3}(?P<run>[^/]+)(?:/(?P<path>.*))?", re.DOTALL)
_JOBS: Final = re.compile(
    r"azureml:/{1,2}(?:.*/)?(?:jobs|runs)/(?P<run>[^/]+)/outputs/(?P<output>[^/]+)/?(?:paths/(?P<path>.*))?", re.DOTALL
)
_OTHER: Final = re.compile(r"(?!file:)[A-Za-z][A-Za-z0-9+.-]+:", re.DOTALL)


@dataclass(frozen=True)
class RunSource:
    """Files of a run: the run's id or name as written, and the path among its files."""

    run: str
    path: str


def read_source(text: str) -> RunSource | None:
    """Return what a path of a model file means; None for a path on the machine of whoever wrote it.

    Args: text: ``runs:/<run>/<path>``, ``azureml://jobs/<run>/outputs/artifacts/paths/<path>`` (with ``<output>`` in place of
        ``artifacts`` for an output of that name), or a path.

    Raises:
        InvalidInput: it is an address of another kind.
    """
    text = text.strip()
    if match := _RUNS.fullmatch(text):
        return RunSource(match["run"], unquote(match["path"] or ""))
    if match := _JOBS.fullmatch(text):
        path = unquote(match["path"] or "")
        return RunSource(match["run"], path if match["output"] == "artifacts" else f"outputs/{match['output']}/{path}")
    if _OTHER.match(text):
        message = _(
            "“%(path)s” cannot be read here. Write a path on this machine, runs:/<run>/<path> or "
            "azureml://jobs/<run>/outputs/artifacts/paths/<path>."
        )
        raise InvalidInput({"path": [message % {"path": text[:200]}]})
    return None


def find_run(workspace: Workspace, said: str) -> Run:
    """Return a run by its id or name.

    Raises:
        InvalidInput: the workspace has no such run.
    """
    rows = Run.objects.filter(workspace=workspace, deleted_at=None, experiment__isnull=False)
    try:
        found = rows.filter(pk=UUID(said)).first()
    except ValueError:
        found = rows.filter(name=said.replace("\x00", "")).first()
    if found is None:
        raise InvalidInput({"run": [_("There is no run “%(run)s” in this workspace.") % {"run": said[:100]}]})
    return found
