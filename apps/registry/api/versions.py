"""Versions of a model and their files."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.models import AccessToken
from apps.core.content import serving
from apps.experiments.api.files import PREFIX, asked_folder, asked_path, attachment, tree_page
from apps.experiments.api.serializers import TreeSerializer
from apps.registry import services
from apps.registry.api.models import CONFIRM, OneModelAPI
from apps.registry.api.serializers import (
    EditModelVersionSerializer,
    ModelFileSerializer,
    ModelVersionSerializer,
    OneModelVersionSerializer,
)
from apps.registry.entries import content_path
from apps.registry.filters import VersionFilter
from apps.registry.models import ModelFile, ModelVersion
from apps.workspaces.access import workspace_access
from apps.workspaces.roles import Action

RAW = OpenApiParameter("raw", OpenApiTypes.BOOL, description="Bytes from here, never a redirect.")
BINARY = {(200, "application/octet-stream"): OpenApiTypes.BINARY}


class VersionCollection(OneModelAPI, ListAPIView[ModelVersion]):
    """The versions of a model."""

    access = workspace_access(get=Action.MODELS_READ)
    serializer_class = ModelVersionSerializer
    queryset = ModelVersion.objects.none()
    filterset_class = VersionFilter

    def get_queryset(self) -> QuerySet[ModelVersion]:
        return services.versions_of(self.model).prefetch_related("aliases").defer("manifest")


class OneVersionAPI(OneModelAPI):
    """Mix into views of one version; put it first. Sets ``self.version``."""

    access = workspace_access(get=Action.MODELS_READ)
    version: ModelVersion

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find the version by its number, or ``latest``."""
        super().initial(request, *args, **kwargs)
        self.version = services.find_version(self.model, kwargs["version"])


class VersionItem(OneVersionAPI, GenericAPIView[ModelVersion]):
    """One version."""

    access = workspace_access(get=Action.MODELS_READ, patch=Action.MODELS_WRITE, delete=Action.MODELS_WRITE)
    serializer_class = OneModelVersionSerializer
    queryset = ModelVersion.objects.none()

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return a version by its number, or ``latest``, with what its ``MLmodel`` says."""
        return Response(OneModelVersionSerializer(self.version).data)

    @extend_schema(request=EditModelVersionSerializer)
    def patch(self, request: Request, **kwargs: Any) -> Response:
        """Describe the version, move it to a stage, put it away, or bring it back."""
        command = EditModelVersionSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        changes = dict(command.validated_data)
        archived, stage = changes.pop("archived", None), changes.pop("stage", None)
        if changes:
            services.edit_version(actor=self.actor, version=self.version, changes=changes)
        if stage is not None:
            services.set_stage(actor=self.actor, version=self.version, stage=stage)
        if archived is not None:
            services.archive_version(actor=self.actor, version=self.version, archived=archived)
        return Response(OneModelVersionSerializer(services.find_version(self.model, self.version.number)).data)

    @extend_schema(parameters=[CONFIRM], responses={204: None})
    def delete(self, request: Request, **kwargs: Any) -> Response:
        """Delete the version with its files. What a deployment uses is refused; what something else used asks for its name."""
        confirmed = request.query_params.get("confirm", "")
        services.delete_version(actor=self.actor, version=self.version, confirm_name=confirmed)
        return Response(status=204)


class VersionFiles(OneVersionAPI, GenericAPIView[ModelFile]):
    """The files of a version."""

    queryset = ModelFile.objects.none()

    @extend_schema(
        parameters=[PREFIX, OpenApiParameter("after", str, description="`next` of the page before.")],
        responses=TreeSerializer,
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return one level of the tree of files."""
        return tree_page(request, services.tree_of(self.version, asked_folder(request)))


class VersionAllFiles(OneVersionAPI, ListAPIView[ModelFile]):
    """All files of a version, however deep."""

    serializer_class = ModelFileSerializer
    queryset = ModelFile.objects.none()

    def get_queryset(self) -> QuerySet[ModelFile]:
        return ModelFile.objects.filter(version=self.version)


class VersionContent(OneVersionAPI, GenericAPIView[ModelFile]):
    """The content of a file."""

    queryset = ModelFile.objects.none()

    @extend_schema(parameters=[OpenApiParameter("path", str, required=True), RAW], responses={**BINARY, 302: None})
    def get(self, request: Request, **kwargs: Any) -> HttpResponseBase:
        """Send a browser to the host for users' content, which may show the file; give programs its bytes, or a range of them."""
        file = services.find_file(self.version, asked_path(request))
        if not isinstance(request.auth, AccessToken) and "raw" not in request.query_params:
            return HttpResponseRedirect(reverse("content:open", args=[content_path(self.version.pk, file.path)]))
        content = services.content_of(file)
        asked = {name.lower(): value for name, value in request.headers.items()}
        answer = serving.answer_for(content, asked=asked, download=True)
        headers = {**answer.headers, "content-encoding": "identity"}
        return StreamingHttpResponse(serving.body_of(content, answer), status=answer.status, headers=headers)


class VersionZip(OneVersionAPI, APIView):
    """All files of a version."""

    @extend_schema(parameters=[PREFIX], responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, **kwargs: Any) -> HttpResponseBase:
        """Return all files, or those of a folder, as a zip that is sent while it is packed."""
        name = f"{self.model.name}-{self.version.number}.zip"
        return attachment(services.zip_of(self.version, asked_folder(request)), name)
