"""One version of a dataset: its files, its rows and its profile."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.content import serving
from apps.data import services
from apps.data.api.datasets import OneDatasetAPI
from apps.data.api.pages import PAGE_PARAMETERS, as_answer, asked_page
from apps.data.api.serializers import DatasetFileSerializer, OneDatasetVersionSerializer, PreviewSerializer
from apps.data.entries import content_of
from apps.data.models import DatasetFile, DatasetVersion
from apps.data.tabular.settings import ParserSettings
from apps.workspaces.access import workspace_access
from apps.workspaces.roles import Action


class OneVersionAPI(OneDatasetAPI):
    """Mix into views of one version; put it first. Sets ``self.version``."""

    access = workspace_access(get=Action.DATA_READ)
    version: DatasetVersion

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find the version by its number, or ``latest``."""
        super().initial(request, *args, **kwargs)
        number, rows = kwargs["version"], self.versions()
        if number != "latest":
            rows = rows.filter(number=int(number) if number.isdecimal() and len(number) < 9 else 0)
        found = rows.first()
        if found is None:
            raise Http404
        self.version = found


class VersionItem(OneVersionAPI, GenericAPIView[DatasetVersion]):
    """One version."""

    serializer_class = OneDatasetVersionSerializer
    queryset = DatasetVersion.objects.none()

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return a version by its number, or ``latest``, with its columns."""
        return Response(OneDatasetVersionSerializer(self.version).data)


class VersionFiles(OneVersionAPI, ListAPIView[DatasetFile]):
    """The files of a version."""

    serializer_class = DatasetFileSerializer
    queryset = DatasetFile.objects.none()

    def get_queryset(self) -> QuerySet[DatasetFile]:
        return DatasetFile.objects.filter(version=self.version)


class VersionContent(OneVersionAPI, GenericAPIView[DatasetFile]):
    """The content of a file."""

    queryset = DatasetFile.objects.none()

    @extend_schema(
        parameters=[OpenApiParameter("path", str, description="The first file where it is left out.")],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, **kwargs: Any) -> StreamingHttpResponse:
        """Return a file, whole or the one range of bytes that is asked for."""
        path = request.query_params.get("path", "").replace("\x00", "")
        rows = DatasetFile.objects.filter(version=self.version).order_by("path")
        file = (rows.filter(path=path) if path else rows).first()
        if file is None:
            raise Http404
        file.version = self.version
        content = content_of(file)
        asked = {name.lower(): value for name, value in request.headers.items()}
        answer = serving.answer_for(content, asked=asked, download=True)
        # Ranges and lengths count the bytes of the file: nothing may compress them on the way out.
        headers = {**answer.headers, "content-encoding": "identity"}
        return StreamingHttpResponse(serving.body_of(content, answer), status=answer.status, headers=headers)


class VersionPreview(OneVersionAPI, GenericAPIView[DatasetVersion]):
    """Rows of a table."""

    serializer_class = PreviewSerializer
    queryset = DatasetVersion.objects.none()

    @extend_schema(parameters=PAGE_PARAMETERS, responses=PreviewSerializer)
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return rows of one of its files. Of text files only the first megabytes are shown."""
        page = services.preview_version(self.version, asked_page(request))
        return Response(PreviewSerializer(as_answer(ParserSettings.from_json(self.version.settings), page)).data)


class VersionProfile(OneVersionAPI, GenericAPIView[DatasetVersion]):
    """Numbers about the columns of a table."""

    queryset = DatasetVersion.objects.none()

    @extend_schema(parameters=PAGE_PARAMETERS[3:], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return a profile of columns, over the first rows of its first file; `rows` says how many."""
        asked = asked_page(request)
        found = services.profile_version(self.version, asked.first_column, asked.columns)
        return Response(found.as_json())
