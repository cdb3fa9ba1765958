"""Files of runs as MLflow's clients list, send and fetch them."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.content import serving
from apps.core.errors import NotAllowed, NotFound
from apps.core.hooks import Content
from apps.experiments import services
from apps.experiments.models import Run, RunFile
from apps.registry.models import ModelFile, ModelVersion
from apps.registry.services import check_ready, content_of, find_file
from apps.tracking.api.base import TrackingAPI
from apps.tracking.asked import text_in, uuid_of
from apps.tracking.dialect import artifact_uri
from apps.tracking.registry import VERSIONS
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
        return Response(
            {
                "root_uri": artifact_uri(run.pk),
                "files": _listed(RunFile.objects.filter(run=run), asked.get("path") or "", whole=True),
            }
        )


class FilesAPI(TrackingAPI):
    """A view of files: of runs, and of versions of registered models, which never change."""

    def find_version_of(self, path: str) -> tuple[ModelVersion, str]:
        """Return the version that a path begins with, and what follows.

        Raises:
            NotFound: there is none. NotAllowed: the caller may not read models.
        """
        self.require(Action.MODELS_READ)
        text, _slash, rest = path.partition("/")
        version = (
            ModelVersion.objects.filter(model__workspace=self.workspace, pk=uuid_of(text, "path"))
            .select_related("model")
            .first()
        )
        if version is None:
            raise NotFound(_("There is no version %(id)s in this workspace.") % {"id": text[:100]})
        check_ready(version)
        return version, rest


class ArtifactFolder(FilesAPI):
    """``mlflow-artifacts/artifacts?path=<run>/<folder>``"""

    access = workspace_access(get=Action.RUNS_READ)

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return a folder of a run's files; paths from the folder on."""
        first, _slash, rest = text_in(self.asked(request), "path").partition("/")
        if first == VERSIONS:
            version, folder = self.find_version_of(rest)
            return Response({"files": _listed(ModelFile.objects.filter(version=version), folder, whole=False)})
        return Response({"files": _listed(RunFile.objects.filter(run=self.find_run(first)), rest, whole=False)})


class Artifact(FilesAPI):
    """``mlflow-artifacts/artifacts/<run>/<path>``"""

    access = workspace_access(get=Action.RUNS_READ, put=Action.RUNS_WRITE)
    parser_classes = (AnyBody,)

    def get(self, request: Request, artifact_path: str, **kwargs: Any) -> HttpResponseBase:
        """Send a file."""
        first, _slash, path = artifact_path.partition("/")
        if first == VERSIONS:
            version, path = self.find_version_of(path)
            content = content_of(find_file(version, path))
        else:
            content = _content_of_run(self.find_run(first), path)
        asked = {header.lower(): value for header, value in request.headers.items()}
        answer = serving.answer_for(content, asked=asked, download=True)
        headers = {**answer.headers, "content-encoding": "identity"}
        return StreamingHttpResponse(serving.body_of(content, answer), status=answer.status, headers=headers)

    def put(self, request: Request, artifact_path: str, **kwargs: Any) -> Response:
        """Keep a file, in place of what was there under the same path."""
        run_id, _slash, path = artifact_path.partition("/")
        if run_id == VERSIONS:
            raise NotAllowed(_("The files of a registered model never change. Register another version."))
        services.store_file(run=self.find_run(run_id), path=path, contents=_body_of(request))
        return Response({})


def _content_of_run(run: Run, path: str) -> Content:
    row = RunFile.objects.filter(run=run, path=path).first()
    if row is None:
        raise NotFound(_("The run has no file “%(path)s”.") % {"path": path[:200]})
    return Content(row.key, path.rpartition("/")[2], row.media_type, row.sha256)


def _listed(files: QuerySet[Any], folder: str, *, whole: bool) -> list[dict[str, Any]]:
    """Return what is in a folder. ``whole``: paths begin at the run's folder."""
    folder = folder.strip("/")
    prefix = f"{folder}/" if folder else ""
    found: dict[str, dict[str, Any]] = {}
    rows = files.filter(path__startswith=prefix).order_by("path").values_list("path", "size")
    for path, size in rows.iterator(chunk_size=5000):
        if not path.startswith(prefix):  # SQLite compares without regard to case of ASCII letters
            continue
        name, slash, _rest = path[len(prefix) :].partition("/")
        shown = f"{prefix}{name}" if whole else name
        found[name] = {"path": shown, "is_dir": True} if slash else {"path": shown, "is_dir": False, "file_size": size}
    return list(found.values())


def _body_of(request: Request) -> Iterator[bytes]:
    """Give the body in pieces; the server has put what is large on disk."""
    return iter(partial(request._request.read, CHUNK_BYTES), b"")
