"""Published pipelines, and the endpoints that collect them."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.api.idempotency import Idempotent
from apps.experiments.models import Run
from apps.pipelines.api.serializers import (
    AddVersionSerializer,
    CreatePipelineEndpointSerializer,
    EditPipelineEndpointSerializer,
    EditPublishedSerializer,
    EndpointVersionSerializer,
    OnePublishedSerializer,
    PipelineEndpointSerializer,
    PipelineKeysSerializer,
    PublishedGraphSerializer,
    PublishedSerializer,
    PublishSerializer,
    ReplaceKeySerializer,
)
from apps.pipelines.errors import NothingToPublish, PipelineEndpointUnknown
from apps.pipelines.filters import PipelineEndpointFilter, PublishedFilter
from apps.pipelines.models import PipelineEndpoint, PipelineEndpointVersion, PublishedPipeline
from apps.pipelines.services import endpoints, publishing
from apps.workspaces.access import WorkspaceAPI, workspace_access
from apps.workspaces.roles import Action


class PublishedCollection(WorkspaceAPI, Idempotent, ListAPIView[PublishedPipeline]):
    """The published pipelines of a workspace."""

    access = workspace_access(get=Action.PIPELINES_READ, post=Action.PIPELINES_WRITE)
    serializer_class = PublishedSerializer
    queryset = PublishedPipeline.objects.none()
    filterset_class = PublishedFilter

    def get_queryset(self) -> QuerySet[PublishedPipeline]:
        rows = PublishedPipeline.objects.filter(workspace=self.workspace)
        return rows.select_related("workspace", "created_by", "last_run")

    @extend_schema(request=PublishSerializer, responses={201: OnePublishedSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Publish the pipeline of a run."""
        command = PublishSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        said = dict(command.validated_data)
        runs = Run.objects.filter(workspace=self.workspace, pk=said.pop("run"), deleted_at=None)
        run = runs.select_related("workspace", "experiment").first()
        if run is None:
            raise NothingToPublish
        published = publishing.publish_run(actor=self.actor, run=run, **said)
        return Response(OnePublishedSerializer(published).data, status=201)


class OnePublishedAPI(WorkspaceAPI):
    """Mix into views of one published pipeline; put it first. Sets ``self.published``."""

    published: PublishedPipeline

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find the published pipeline in the workspace, once it is known who calls."""
        super().initial(request, *args, **kwargs)
        self.published = publishing.find_published(self.workspace, kwargs["published_id"])


class PublishedItem(OnePublishedAPI, GenericAPIView[PublishedPipeline]):
    """One published pipeline."""

    access = workspace_access(get=Action.PIPELINES_READ, patch=Action.PIPELINES_WRITE)
    serializer_class = OnePublishedSerializer
    queryset = PublishedPipeline.objects.none()

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return the published pipeline with its parameters."""
        return Response(OnePublishedSerializer(self.published).data)

    @extend_schema(request=EditPublishedSerializer)
    def patch(self, request: Request, **kwargs: Any) -> Response:
        """Describe it, or switch it on or off."""
        command = EditPublishedSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        publishing.edit_published(actor=self.actor, published=self.published, changes=command.validated_data)
        return Response(OnePublishedSerializer(publishing.find_published(self.workspace, self.published.pk)).data)


class PublishedGraph(OnePublishedAPI, APIView):
    """What a published pipeline runs."""

    access = workspace_access(get=Action.PIPELINES_READ)

    @extend_schema(responses=PublishedGraphSerializer)
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return the graph."""
        return Response({"graph": self.published.graph.content})


class EndpointCollection(WorkspaceAPI, Idempotent, ListAPIView[PipelineEndpoint]):
    """The pipeline endpoints of a workspace."""

    access = workspace_access(get=Action.PIPELINES_READ, post=Action.PIPELINES_WRITE)
    serializer_class = PipelineEndpointSerializer
    queryset = PipelineEndpoint.objects.none()
    filterset_class = PipelineEndpointFilter

    def get_queryset(self) -> QuerySet[PipelineEndpoint]:
        rows = PipelineEndpoint.objects.filter(workspace=self.workspace)
        if name := self.request.query_params.get("name"):
            try:
                rows = rows.filter(pk=endpoints.find_endpoint_named(self.workspace, name).pk)
            except PipelineEndpointUnknown:
                rows = rows.none()
        return rows.select_related("workspace", "created_by", "modified_by", "default", "last_run")

    @extend_schema(
        parameters=[
            OpenApiParameter("name", str, description="Only the endpoint of this name, in any case of letters.")
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the pipeline endpoints."""
        return self.list(request, *args, **kwargs)

    @extend_schema(request=CreatePipelineEndpointSerializer, responses={201: PipelineEndpointSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Make a pipeline endpoint, with a published pipeline as its version 0 or without any version yet."""
        command = CreatePipelineEndpointSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        said = dict(command.validated_data)
        wanted = said.pop("published", None)
        published = publishing.find_published(self.workspace, wanted) if wanted else None
        made = endpoints.create_endpoint(actor=self.actor, workspace=self.workspace, published=published, **said)
        return Response(_shown(self.workspace, made.pk), status=201)


class OneEndpointAPI(WorkspaceAPI):
    """Mix into views of one pipeline endpoint; put it first. Sets ``self.endpoint``."""

    endpoint: PipelineEndpoint

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find the endpoint in the workspace, once it is known who calls."""
        super().initial(request, *args, **kwargs)
        self.endpoint = endpoints.find_endpoint(self.workspace, kwargs["pipeline_endpoint_id"])


class EndpointItem(OneEndpointAPI, GenericAPIView[PipelineEndpoint]):
    """One pipeline endpoint."""

    access = workspace_access(get=Action.PIPELINES_READ, patch=Action.PIPELINES_WRITE)
    serializer_class = PipelineEndpointSerializer
    queryset = PipelineEndpoint.objects.none()

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return the pipeline endpoint."""
        return Response(PipelineEndpointSerializer(self.endpoint).data)

    @extend_schema(request=EditPipelineEndpointSerializer)
    def patch(self, request: Request, **kwargs: Any) -> Response:
        """Describe or rename it, switch it on or off, choose its default version, put it away, or bring it back."""
        command = EditPipelineEndpointSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        changes = dict(command.validated_data)
        archived, version = changes.pop("archived", None), changes.pop("default_version", None)
        if changes:
            endpoints.edit_endpoint(actor=self.actor, endpoint=self.endpoint, changes=changes)
        if version is not None:
            endpoints.set_default(actor=self.actor, endpoint=self.endpoint, version=str(version))
        if archived is not None:
            endpoints.archive_endpoint(actor=self.actor, endpoint=self.endpoint, archived=archived)
        return Response(_shown(self.workspace, self.endpoint.pk))


class EndpointVersions(OneEndpointAPI, Idempotent, ListAPIView[PipelineEndpointVersion]):
    """The versions of a pipeline endpoint."""

    access = workspace_access(get=Action.PIPELINES_READ, post=Action.PIPELINES_WRITE)
    serializer_class = EndpointVersionSerializer
    queryset = PipelineEndpointVersion.objects.none()

    def get_queryset(self) -> QuerySet[PipelineEndpointVersion]:
        return endpoints.versions_of(self.endpoint).select_related("endpoint")

    @extend_schema(request=AddVersionSerializer, responses={201: EndpointVersionSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Add a published pipeline as the next version."""
        command = AddVersionSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        published = publishing.find_published(self.workspace, command.validated_data["published"])
        version = endpoints.add_version(
            actor=self.actor,
            endpoint=self.endpoint,
            published=published,
            make_default=command.validated_data["make_default"],
        )
        return Response(EndpointVersionSerializer(version).data, status=201)


class EndpointKeys(OneEndpointAPI, GenericAPIView[PipelineEndpoint]):
    """What opens a pipeline endpoint."""

    access = workspace_access(get=Action.PIPELINES_KEYS, post=Action.PIPELINES_KEYS)
    serializer_class = PipelineKeysSerializer
    queryset = PipelineEndpoint.objects.none()

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return both keys."""
        return Response(PipelineKeysSerializer(endpoints.keys_of(actor=self.actor, endpoint=self.endpoint)).data)

    @extend_schema(request=ReplaceKeySerializer)
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Replace one of the keys, and return both."""
        command = ReplaceKeySerializer(data=request.data)
        command.is_valid(raise_exception=True)
        which = command.validated_data["key_type"]
        found = endpoints.regenerate_key(actor=self.actor, endpoint=self.endpoint, which=which)
        return Response(PipelineKeysSerializer(found).data)


def _shown(workspace: Any, endpoint_id: UUID) -> Any:
    return PipelineEndpointSerializer(endpoints.find_endpoint(workspace, endpoint_id)).data
