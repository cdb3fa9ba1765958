"""Uploads: announced, sent in parts, completed. The parts themselves are received ahead of Django (``uploads/receiving.py``)."""

from typing import Any

from django.db.models import QuerySet, Sum
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.idempotency import Idempotent
from apps.core.errors import UserError
from apps.data import services
from apps.data.api.pages import PAGE_PARAMETERS, as_answer, asked_page
from apps.data.api.serializers import (
    BeginUploadSerializer,
    CompleteUploadSerializer,
    PreviewSerializer,
    ReceivedSerializer,
    SettingsSerializer,
    UploadFileSerializer,
    UploadSerializer,
)
from apps.data.models import Upload, UploadFile
from apps.data.uploads.permits import permit
from apps.workspaces.access import WorkspaceAPI, workspace_access
from apps.workspaces.roles import Action


class UploadCollection(WorkspaceAPI, Idempotent, ListAPIView[Upload]):
    """The uploads of a workspace that have not become datasets yet."""

    access = workspace_access(get=Action.DATA_WRITE, post=Action.DATA_WRITE)
    serializer_class = UploadSerializer
    queryset = Upload.objects.none()

    def get_queryset(self) -> QuerySet[Upload]:
        return _with_progress(Upload.objects.filter(workspace=self.workspace))

    @extend_schema(request=BeginUploadSerializer, responses={201: UploadSerializer, 200: UploadSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Announce files; 200 with the open upload where you have announced the same ones before."""
        command = BeginUploadSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        files = [services.NewFile(**file) for file in command.validated_data["files"]]
        upload, is_new = services.begin_upload(actor=self.actor, workspace=self.workspace, files=files)
        found = _with_progress(Upload.objects.filter(pk=upload.pk)).get()
        return Response(UploadSerializer(found).data, status=201 if is_new else 200)


class OneUploadAPI(WorkspaceAPI):
    """Mix into views of one upload; put it first. Sets ``self.upload``."""

    upload: Upload

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find the upload in the workspace, once it is known who calls."""
        super().initial(request, *args, **kwargs)
        rows = _with_progress(Upload.objects.filter(workspace=self.workspace, pk=kwargs["upload_id"]))
        found = rows.select_related("workspace", "datastore", "created_by").first()
        if found is None:
            raise Http404
        self.upload = found


class UploadItem(OneUploadAPI, GenericAPIView[Upload]):
    """One upload."""

    access = workspace_access(get=Action.DATA_WRITE, delete=Action.DATA_WRITE)
    serializer_class = UploadSerializer
    queryset = Upload.objects.none()

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return how far it is."""
        return Response(UploadSerializer(self.upload).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, **kwargs: Any) -> Response:
        """Give it up; what has arrived is deleted."""
        services.cancel_upload(actor=self.actor, upload=self.upload)
        return Response(status=204)


class UploadFiles(OneUploadAPI, ListAPIView[UploadFile]):
    """The files of an upload."""

    access = workspace_access(get=Action.DATA_WRITE)
    serializer_class = UploadFileSerializer
    queryset = UploadFile.objects.none()

    def get_queryset(self) -> QuerySet[UploadFile]:
        return UploadFile.objects.filter(upload=self.upload)


class UploadPart(OneUploadAPI, GenericAPIView[UploadFile]):
    """A part of a file."""

    access = workspace_access(put=Action.DATA_WRITE)
    serializer_class = ReceivedSerializer
    queryset = UploadFile.objects.none()

    @extend_schema(
        parameters=[
            OpenApiParameter("offset", int, required=True, description="Where in the file the part begins."),
            OpenApiParameter("X-Content-SHA256", str, OpenApiParameter.HEADER, description="Of the part, in hex."),
        ],
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses=ReceivedSerializer,
    )
    def put(self, request: Request, **kwargs: Any) -> Response:
        """Add bytes to a file: at most 256 MB at once, from `received` on. An empty part ends a file without content."""
        file = UploadFile.objects.filter(upload=self.upload, pk=kwargs["file_id"]).first()
        if file is None:
            raise Http404
        text = request.query_params.get("offset", "")
        if not (text.isascii() and text.isdecimal() and len(text) < 19):
            raise UserError(_("Say where in the file this part begins, in bytes: “?offset=0”."))
        part = services.begin_part(actor=self.actor, upload=self.upload, file=file, offset=int(text))
        response = Response({"received": file.received})
        permit(response, part)
        return response


class CompleteUpload(OneUploadAPI, GenericAPIView[Upload]):
    """Ends an upload."""

    access = workspace_access(post=Action.DATA_WRITE)
    serializer_class = UploadSerializer
    queryset = Upload.objects.none()

    @extend_schema(request=CompleteUploadSerializer, responses=UploadSerializer)
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Say that all files have been sent, with the SHA-256 of those that shall be compared."""
        command = CompleteUploadSerializer(data=request.data or {})
        command.is_valid(raise_exception=True)
        hashes = {file["id"]: file["sha256"] for file in command.validated_data["files"]}
        services.complete_upload(actor=self.actor, upload=self.upload, sha256s=hashes)
        return Response(UploadSerializer(self.upload).data)


class UploadPreview(OneUploadAPI, GenericAPIView[Upload]):
    """What a complete upload looks like as a table."""

    access = workspace_access(get=Action.DATA_WRITE)
    serializer_class = PreviewSerializer
    queryset = Upload.objects.none()

    @extend_schema(parameters=[SettingsSerializer, *PAGE_PARAMETERS], responses=PreviewSerializer)
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return rows, read with settings that are guessed where they are not given."""
        # As a plain dictionary: in a form, a box that is not sent counts as not ticked.
        given = SettingsSerializer(data=request.query_params.dict())
        given.is_valid(raise_exception=True)
        asked = asked_page(request)
        settings, page = services.preview_upload(self.upload, given.validated_data, asked)
        return Response(PreviewSerializer(as_answer(settings, page)).data)


def _with_progress(rows: QuerySet[Upload]) -> QuerySet[Upload]:
    """Add how many bytes have arrived."""
    return rows.select_related("created_by").annotate(received=Sum("files__received"))
