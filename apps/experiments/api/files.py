"""Files that a run left behind, and the code it was given."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.models import AccessToken
from apps.core.content import serving
from apps.core.errors import InvalidInput, NotFound
from apps.core.hooks import Content
from apps.core.storage import get_store
from apps.core.storage.keys import fault_in_path, shown
from apps.core.storage.zipping import zipped
from apps.experiments.api.one_run import OneRunAPI
from apps.experiments.api.serializers import TreeSerializer
from apps.experiments.content import content_path
from apps.experiments.models import Run, RunFile, Snapshot
from apps.experiments.services.files import LONGEST_PATH_BYTES, folder_of, media_type_of
from apps.experiments.snapshots.reading import file_of
from apps.workspaces.access import workspace_access
from apps.workspaces.roles import Action

MOST_LISTED = 2000
PREFIX = OpenApiParameter("prefix", OpenApiTypes.STR, description="A folder; without it, the top.")
AFTER = OpenApiParameter("after", OpenApiTypes.STR, description="`next` of the page before.")
PATH = OpenApiParameter("path", OpenApiTypes.STR, required=True)
RAW = OpenApiParameter("raw", OpenApiTypes.BOOL, description="Bytes from here, never a redirect.")
BINARY = {(200, "application/octet-stream"): OpenApiTypes.BINARY}


class RunFiles(OneRunAPI, APIView):
    """The files of a run."""

    access = workspace_access(get=Action.RUNS_READ)

    @extend_schema(parameters=[PREFIX, AFTER], responses=TreeSerializer)
    def get(self, request: Request, name: str, run_id: UUID) -> Response:
        """Return one level of the tree of files."""
        prefix = asked_folder(request)
        rows = RunFile.objects.filter(run=self.run, path__startswith=prefix).order_by("path")
        files = (
            (path, {"size": size, "media_type": media_type, "sha256": sha256, "created_at": created_at})
            for path, size, media_type, sha256, created_at in rows.values_list(
                "path", "size", "media_type", "sha256", "created_at"
            ).iterator(chunk_size=5000)
        )
        return tree_page(request, folder_of(files, prefix))


class FileContent(OneRunAPI, APIView):
    """One file of a run."""

    access = workspace_access(get=Action.RUNS_READ)

    @extend_schema(parameters=[PATH, RAW], responses={**BINARY, 302: None})
    def get(self, request: Request, name: str, run_id: UUID) -> HttpResponseBase:
        """Send a browser to the host for users' content, which may show the file; give programs its bytes as a download."""
        path = asked_path(request)
        is_path = fault_in_path(path, max_bytes=LONGEST_PATH_BYTES) is None
        row = RunFile.objects.filter(run=self.run, path=path).first() if is_path else None
        if row is None:
            raise _no_file(path)
        if not isinstance(request.auth, AccessToken) and "raw" not in request.query_params:
            return HttpResponseRedirect(reverse("content:open", args=[content_path(self.run, path)]))
        content = Content(row.key, path.rpartition("/")[2], row.media_type, row.sha256)
        asked = {header.lower(): value for header, value in request.headers.items()}
        answer = serving.answer_for(content, asked=asked, download=True)
        headers = {**answer.headers, "content-encoding": "identity"}
        return StreamingHttpResponse(serving.body_of(content, answer), status=answer.status, headers=headers)


class FilesZip(OneRunAPI, APIView):
    """All files of a run."""

    access = workspace_access(get=Action.RUNS_READ)

    @extend_schema(parameters=[PREFIX], responses=BINARY)
    def get(self, request: Request, name: str, run_id: UUID) -> HttpResponseBase:
        """Return all files, or those of a folder, as a zip that is sent while it is packed."""
        rows = RunFile.objects.filter(run=self.run, path__startswith=asked_folder(request)).order_by("path")
        return attachment(zipped(list(rows.values_list("path", "key"))), f"{self.run.name}.zip")


class RunCode(OneRunAPI, APIView):
    """The code of a run."""

    access = workspace_access(get=Action.RUNS_READ)

    @extend_schema(parameters=[PREFIX, AFTER], responses=TreeSerializer)
    def get(self, request: Request, name: str, run_id: UUID) -> Response:
        """Return one level of the tree of code; an empty one where the run has none."""
        prefix = asked_folder(request)
        known = self.run.snapshot.files if self.run.snapshot else []
        files = ((file["path"], {"size": file["size"]}) for file in known if file["path"].startswith(prefix))
        return tree_page(request, folder_of(files, prefix))


class CodeContent(OneRunAPI, APIView):
    """One file of a run's code."""

    access = workspace_access(get=Action.RUNS_READ)

    @extend_schema(parameters=[PATH], responses={(200, "text/plain"): OpenApiTypes.STR})
    def get(self, request: Request, name: str, run_id: UUID) -> HttpResponse:
        """Return a file of up to 1 MiB as plain text, whatever it is; bytes that are no text are replaced."""
        path = asked_path(request)
        text = file_of(_code_of(self.run), path).decode(errors="replace")
        headers = {
            "Content-Disposition": content_disposition_header(True, path.rpartition("/")[2]) or "attachment",
            "X-Content-Type-Options": "nosniff",
        }
        return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=headers)


class CodeZip(OneRunAPI, APIView):
    """All code of a run."""

    access = workspace_access(get=Action.RUNS_READ)

    @extend_schema(responses=BINARY)
    def get(self, request: Request, name: str, run_id: UUID) -> HttpResponseBase:
        """Return the code as a zip."""
        snapshot = _code_of(self.run)
        return stored_zip(snapshot, f"{self.run.name}-code.zip")


def stored_zip(snapshot: Snapshot, name: str) -> HttpResponseBase:
    """Return the zip of a snapshot as it is kept."""
    response = attachment(get_store().open(snapshot.key), name)
    response.headers["Content-Length"] = str(snapshot.size)
    response.headers["ETag"] = f'"{snapshot.zip_sha256}"'
    return response


def attachment(chunks: Iterator[bytes], name: str) -> HttpResponseBase:
    """Return what is sent while it is read, in threads, so that neither memory nor the event loop fills with it."""

    async def sent() -> AsyncIterator[bytes]:
        while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
            yield chunk

    headers = {
        "Content-Disposition": content_disposition_header(True, name) or "attachment",
        "Content-Encoding": "identity",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingHttpResponse(sent(), content_type="application/zip", headers=headers)


def tree_page(request: Request, level: dict[str, list[dict[str, Any]]]) -> Response:
    """Return one level of a tree as the API answers it, from ``after`` on."""
    after = request.query_params.get("after", "")
    files = [file for file in level["files"] if file["path"] > after]
    more = len(files) > MOST_LISTED
    shown = files[:MOST_LISTED]
    for file in shown:
        file.setdefault("media_type", media_type_of(file["path"]))
    folders = [] if after else level["folders"]
    return Response({"folders": folders, "files": shown, "next": shown[-1]["path"] if more else None})


def asked_folder(request: Request) -> str:
    """Return the folder that is asked for, with a slash at its end; empty for the top."""
    prefix = request.query_params.get("prefix", "").replace("\0", "")
    return f"{prefix.rstrip('/')}/" if prefix.rstrip("/") else ""


def _code_of(run: Run) -> Snapshot:
    if run.snapshot is None:
        raise NotFound(_("This run has no code of its own."))
    return run.snapshot


def asked_path(request: Request) -> str:
    """Return the path that is asked for."""
    path = request.query_params.get("path", "")
    if not path:
        raise InvalidInput({"path": [_("Say which file: ?path=outputs/model.pkl")]})
    return path


def _no_file(path: str) -> NotFound:
    return NotFound(_("The run has no file “%(path)s”.") % {"path": shown(path)})
