"""Deployments of an endpoint, and the logs of their servers."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.models import User
from apps.core.api.idempotency import Idempotent
from apps.core.api.parsers import OrjsonParser
from apps.endpoints import services
from apps.endpoints.api.endpoints import OneEndpointAPI, yaml_answer
from apps.endpoints.api.serializers import (
    CreateDeploymentSerializer,
    DeploymentFileSerializer,
    DeploymentNeedsSerializer,
    DeploymentSerializer,
    EditDeploymentSerializer,
    ReplicaSerializer,
    RevisionSerializer,
    RollBackSerializer,
    ScaleEventSerializer,
)
from apps.endpoints.files import DeploymentDraft, draft_of_fields, needs_of, read_deployment, write_deployment
from apps.endpoints.models import Deployment, Endpoint, Replica, Revision, ScaleEvent
from apps.experiments.api.bodies import TakesCode, body_of
from apps.experiments.api.logs import LogContent, LogLines, Logs, LogSearch
from apps.experiments.models import Run
from apps.workspaces.access import WorkspaceAPI, workspace_access
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action

JSON_FIELDS = (
    "files", "environment", "environment_variables", "request_settings", "all_traffic", "sample", "scaling", "collection", "set",
)  # fmt: skip


class TakesDeployment(OneEndpointAPI, TakesCode):
    """Mix into views that take what a deployment shall be; put it first."""

    def draft(self, request: Request) -> tuple[DeploymentDraft, bool | None]:
        """Return what was asked for, and whether it shall receive all traffic."""
        command = CreateDeploymentSerializer(data=body_of(request, *JSON_FIELDS))
        command.is_valid(raise_exception=True)
        given = dict(command.validated_data)
        all_traffic, settings = given.pop("all_traffic"), given.pop("set")
        if "file" in given:
            texts = given.get("files", {})
            code, model = self.sent_code(), given.get("model", "")
            draft = read_deployment(
                self.workspace, given["file"], texts=texts, snapshot=code, model=model, settings=settings
            )
        else:
            draft = draft_of_fields(self.workspace, given, snapshot=self.sent_code())
        return draft, all_traffic


class CheckDeploymentFile(WorkspaceAPI, APIView):
    """Reads deployment files without deploying anything."""

    access = workspace_access(post=Action.ENDPOINTS_WRITE)

    @extend_schema(request=DeploymentFileSerializer, responses=DeploymentNeedsSerializer)
    def post(self, request: Request, name: str) -> Response:
        """Say what must be sent with a deployment file of Azure ML v2, and which endpoint it is for."""
        command = DeploymentFileSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        return Response(
            DeploymentNeedsSerializer(needs_of(command.validated_data["file"], command.validated_data["set"])).data
        )


class DeploymentCollection(TakesDeployment, Idempotent, ListAPIView[Deployment]):
    """The deployments of an endpoint."""

    parser_classes = (OrjsonParser, MultiPartParser)
    access = workspace_access(get=Action.ENDPOINTS_READ, post=Action.ENDPOINTS_WRITE)
    serializer_class = DeploymentSerializer
    queryset = Deployment.objects.none()

    def get_queryset(self) -> QuerySet[Deployment]:
        rows = Deployment.objects.filter(endpoint=self.endpoint)
        return rows.select_related("endpoint", "revision", "candidate", "created_by")

    @extend_schema(request=CreateDeploymentSerializer, responses={201: DeploymentSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Add a deployment, of its fields or of a deployment file of Azure ML v2."""
        draft, all_traffic = self.draft(request)
        deployment = services.create_deployment(
            actor=self.actor,
            endpoint=self.endpoint,
            name=draft.name,
            settings=draft.settings,
            instance_count=1 if draft.instance_count is None else draft.instance_count,
            scaling=draft.scaling,
            collection=draft.collection,
            all_traffic=all_traffic,
        )
        return Response(DeploymentSerializer(deployment).data, status=201)


class OneDeploymentAPI(OneEndpointAPI):
    """Mix into views of one deployment; put it first. Sets ``self.deployment``."""

    deployment: Deployment

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find the deployment in the endpoint."""
        super().initial(request, *args, **kwargs)
        found = services.find_deployment(self.endpoint, kwargs["deployment_name"])
        if found is None:
            raise Http404
        self.deployment = found


class DeploymentItem(OneDeploymentAPI, GenericAPIView[Deployment]):
    """One deployment."""

    access = workspace_access(
        get=Action.ENDPOINTS_READ,
        patch=Action.ENDPOINTS_WRITE,
        delete=Action.ENDPOINTS_WRITE,
    )
    serializer_class = DeploymentSerializer
    queryset = Deployment.objects.none()

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return the deployment."""
        return Response(DeploymentSerializer(self.deployment).data)

    @extend_schema(request=EditDeploymentSerializer)
    def patch(self, request: Request, **kwargs: Any) -> Response:
        """Change how many replicas there are, or how that follows the load, and what is collected."""
        command = EditDeploymentSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        row = _set_apart(self.actor, self.deployment, **command.validated_data)
        return Response(DeploymentSerializer(row).data)

    @extend_schema(
        parameters=[OpenApiParameter("confirm", str, required=True, description="The deployment's name.")],
        responses={204: None},
    )
    def delete(self, request: Request, **kwargs: Any) -> Response:
        """Delete the deployment; its replicas end. Asks for its name."""
        confirmed = request.query_params.get("confirm", "")
        services.delete_deployment(actor=self.actor, deployment=self.deployment, confirmed_name=confirmed)
        return Response(status=204)


class RevisionCollection(OneDeploymentAPI, TakesDeployment, Idempotent, ListAPIView[Revision]):
    """What a deployment is, and was at other times."""

    parser_classes = (OrjsonParser, MultiPartParser)
    access = workspace_access(get=Action.ENDPOINTS_READ, post=Action.ENDPOINTS_WRITE)
    serializer_class = RevisionSerializer
    queryset = Revision.objects.none()

    def get_queryset(self) -> QuerySet[Revision]:
        return Revision.objects.filter(deployment=self.deployment)

    @extend_schema(request=CreateDeploymentSerializer, responses={201: DeploymentSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Roll out other settings. Until all new replicas are ready, and if they fail, the present ones go on serving."""
        draft, all_traffic = self.draft(request)
        with transaction.atomic():
            row = services.update_deployment(actor=self.actor, deployment=self.deployment, settings=draft.settings)
            row = _set_apart(
                self.actor, row, instance_count=draft.instance_count, scaling=draft.scaling, collection=draft.collection
            )
            if all_traffic:
                services.set_traffic(actor=self.actor, endpoint=self.endpoint, traffic={row.name: 100})
        return Response(DeploymentSerializer(row).data, status=201)


class RollBack(OneDeploymentAPI, Idempotent, GenericAPIView[Deployment]):
    """The way back."""

    access = workspace_access(post=Action.ENDPOINTS_WRITE)
    serializer_class = DeploymentSerializer
    queryset = Deployment.objects.none()

    @extend_schema(request=RollBackSerializer, responses={201: DeploymentSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Roll out once more what an earlier revision was, as a new one."""
        command = RollBackSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        rows = self.deployment.revisions.select_related("model__model__workspace", "snapshot")
        revision = get_object_or_404(rows, number=command.validated_data["number"])
        settings = services.settings_of(revision)
        row = services.update_deployment(actor=self.actor, deployment=self.deployment, settings=settings)
        return Response(DeploymentSerializer(row).data, status=201)


class ScaleEventCollection(OneDeploymentAPI, ListAPIView[ScaleEvent]):
    """What made a deployment larger or smaller, and why."""

    access = workspace_access(get=Action.ENDPOINTS_READ)
    serializer_class = ScaleEventSerializer
    queryset = ScaleEvent.objects.none()

    def get_queryset(self) -> QuerySet[ScaleEvent]:
        return ScaleEvent.objects.filter(deployment=self.deployment)


class DeploymentFile(OneDeploymentAPI, APIView):
    """A deployment as a file."""

    access = workspace_access(get=Action.ENDPOINTS_READ)

    @extend_schema(responses={(200, "application/yaml"): OpenApiTypes.STR})
    def get(self, request: Request, **kwargs: Any) -> HttpResponse:
        """Return the deployment as the file that would make it, as Azure ML v2 writes it."""
        return yaml_answer(write_deployment(self.deployment), f"{self.deployment.name}.yml")


class ReplicaCollection(OneDeploymentAPI, ListAPIView[Replica]):
    """The servers of a deployment, those that have ended among them."""

    access = workspace_access(get=Action.ENDPOINTS_READ)
    serializer_class = ReplicaSerializer
    queryset = Replica.objects.none()

    def get_queryset(self) -> QuerySet[Replica]:
        return Replica.objects.filter(deployment=self.deployment).select_related("revision", "run__order")


def _set_apart(
    actor: User,
    deployment: Deployment,
    *,
    instance_count: int | None = None,
    scaling: Mapping[str, Any] | None = None,
    collection: Mapping[str, Any] | None = None,
) -> Deployment:
    """Change what is no part of a revision; what is None stays."""
    row = deployment
    with transaction.atomic():
        if scaling is not None:
            row = services.set_scaling(actor=actor, deployment=row, scaling=scaling)
        if instance_count is not None and not scaling:
            row = services.scale_deployment(actor=actor, deployment=row, instance_count=instance_count)
        if collection is not None:
            row = services.set_collection(actor=actor, deployment=row, collection=collection)
    return row


def run_of_replica(workspace: Workspace, endpoint_name: str, replica_id: Any) -> Run | None:
    """Return the run that has the logs of a server."""
    rows = Replica.objects.filter(
        pk=replica_id, deployment__endpoint__workspace=workspace, deployment__endpoint__name=endpoint_name.lower()
    )
    replica = rows.select_related("run").first()
    return replica.run if replica else None


class _OfReplica:
    """Mix into the log views of runs; put it first."""

    access = workspace_access(get=Action.ENDPOINTS_READ)
    workspace: Workspace

    def find_run(self, **kwargs: Any) -> Run | None:
        endpoint: Endpoint = services.find_endpoint(self.workspace, kwargs["endpoint_name"])
        return run_of_replica(self.workspace, endpoint.name, kwargs["replica_id"])


class ReplicaLogs(_OfReplica, Logs):
    """The logs of a replica."""


class ReplicaLogLines(_OfReplica, LogLines):
    """Lines of the log of a replica."""


class ReplicaLogSearch(_OfReplica, LogSearch):
    """Search in the log of a replica."""


class ReplicaLogContent(_OfReplica, LogContent):
    """The log of a replica as a file."""
