"""Files of runs as MLflow's clients list, send and fetch them."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.content import serving
from apps.core.errors import NotFound
from apps.core.hooks import Content
from apps.experiments import services
from apps.experiments.models import Run, RunFile
from apps.tracking.api.base import TrackingAPI
from apps.tracking.asked import text_in
from apps.tracking.dialect import artifact_uri
from apps.workspaces.access import workspace_access
from apps.workspaces.roles import Action

CHUNK_BYTES = 256 * 1024


class AnyBody(BaseParser):
    """Lets any body through unread; the view reads it as it comes."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Return nothing of it."""
        return {}


class ListArtifacts(TrackingAPI):
    """``artifacts/list``"""

    access = workspace_access(get=Action.RUNS_READ)

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return a folder of a run's files; paths from the run's folder on."""
        asked = self.asked(request)
        run = self.find_run(asked.get("run_id") or asked.get("run_uuid"))
        return Response({"root_uri": artifact_uri(run.pk), "files": _listed(run, asked.get("path") or "", whole=True)})


class ArtifactFolder(TrackingAPI):
    """``mlflow-artifacts/artifacts?path=<run>/<folder>``"""

    access = workspace_access(get=Action.RUNS_READ)

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return a folder of a run's files; paths from the folder on."""
        run_id, _slash, folder = text_in(self.asked(request), "path").partition("/")
        return Response({"files": _listed(self.find_run(run_id), folder, whole=False)})


class Artifact(TrackingAPI):
    """``mlflow-artifacts/artifacts/<run>/<path>``"""

    access = workspace_access(get=Action.RUNS_READ, put=Action.RUNS_WRITE)
    parser_classes = (AnyBody,)

    def get(self, request: Request, artifact_path: str, **kwargs: Any) -> HttpResponseBase:
        """Send a file."""
        run_id, _slash, path = artifact_path.partition("/")
        row = RunFile.objects.filter(run=self.find_run(run_id), path=path).first()
        if row is None:
            raise NotFound(_("The run has no file “%(path)s”.") % {"path": path[:200]})
        content = Content(row.key, path.rpartition("/")[2], row.media_type, row.sha256)
        asked = {header.lower(): value for header, value in request.headers.items()}
        answer = serving.answer_for(content, asked=asked, download=True)
        headers = {**answer.headers, "content-encoding": "identity"}
        return StreamingHttpResponse(serving.body_of(content, answer), status=answer.status, headers=headers)

    def put(self, request: Request, artifact_path: str, **kwargs: Any) -> Response:
        """Keep a file, in place of what was there under the same path."""
        run_id, _slash, path = artifact_path.partition("/")
        services.store_file(run=self.find_run(run_id), path=path, contents=_body_of(request))
        return Response({})


def _listed(run: Run, folder: str, *, whole: bool) -> list[dict[str, Any]]:
    """Return what is in a folder, or the one file of that path. ``whole``: paths begin at the run's folder."""
    folder = folder.strip("/")
    prefix = f"{folder}/" if folder else ""
    found: dict[str, dict[str, Any]] = {}
    rows = RunFile.objects.filter(run=run, path__startswith=prefix).order_by("path").values_list("path", "size")
    for path, size in rows.iterator(chunk_size=5000):
        name, slash, _rest = path[len(prefix) :].partition("/")
        shown = f"{prefix}{name}" if whole else name
        found[name] = {"path": shown, "is_dir": True} if slash else {"path": shown, "is_dir": False, "file_size": size}
    return list(found.values())


def _body_of(request: Request) -> Iterator[bytes]:
    """Give the body in pieces; the server has put what is large on disk."""
    return iter(partial(request._request.read, CHUNK_BYTES), b"")
