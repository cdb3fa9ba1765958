"""Endpoints, their keys and their traffic."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView, ListCreateAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.api.idempotency import Idempotent
from apps.endpoints import services
from apps.endpoints.api.serializers import (
    CallTokenSerializer,
    CreateEndpointSerializer,
    EditEndpointSerializer,
    EndpointSerializer,
    KeysSerializer,
    PassSerializer,
    RegenerateKeySerializer,
    TrafficSerializer,
)
from apps.endpoints.calling import make_pass
from apps.endpoints.charts import KINDS, SPANS, draw
from apps.endpoints.files import read_endpoint, write_endpoint
from apps.endpoints.filters import EndpointFilter
from apps.endpoints.models import Endpoint
from apps.experiments.api.records import FigureSerializer
from apps.workspaces.access import WorkspaceAPI, workspace_access
from apps.workspaces.roles import Action


class EndpointCollection(WorkspaceAPI, Idempotent, ListCreateAPIView[Endpoint]):
    """The endpoints of a workspace."""

    access = workspace_access(get=Action.ENDPOINTS_READ, post=Action.ENDPOINTS_WRITE)
    serializer_class = EndpointSerializer
    queryset = Endpoint.objects.none()
    filterset_class = EndpointFilter

    def get_queryset(self) -> QuerySet[Endpoint]:
        return Endpoint.objects.filter(workspace=self.workspace).select_related("workspace", "created_by")

    @extend_schema(request=CreateEndpointSerializer, responses={201: EndpointSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Make an endpoint, of its fields or of an endpoint file of Azure ML v2."""
        command = CreateEndpointSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        given = dict(command.validated_data)
        settings = given.pop("set")
        fields = {**(read_endpoint(given.pop("file"), settings) if "file" in given else {"name": ""}), **given}
        for shares in ("traffic", "mirror"):
            fields.pop(shares, None)  # there is no deployment yet that could receive any
        endpoint = services.create_endpoint(actor=self.actor, workspace=self.workspace, **fields)
        return Response(EndpointSerializer(endpoint).data, status=201)


class OneEndpointAPI(WorkspaceAPI):
    """Mix into views of one endpoint; put it first. Sets ``self.endpoint``."""

    endpoint: Endpoint

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find the endpoint in the workspace, once it is known who calls."""
        super().initial(request, *args, **kwargs)
        self.endpoint = services.find_endpoint(self.workspace, kwargs["endpoint_name"])


class EndpointItem(OneEndpointAPI, GenericAPIView[Endpoint]):
    """One endpoint."""

    access = workspace_access(get=Action.ENDPOINTS_READ, patch=Action.ENDPOINTS_WRITE, delete=Action.ENDPOINTS_WRITE)
    serializer_class = EndpointSerializer
    queryset = Endpoint.objects.none()

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return the endpoint."""
        return Response(EndpointSerializer(self.endpoint).data)

    @extend_schema(request=EditEndpointSerializer)
    def patch(self, request: Request, **kwargs: Any) -> Response:
        """Change description, tags, quota, or what callers must show; of a file its traffic, too."""
        command = EditEndpointSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        given = dict(command.validated_data)
        settings = given.pop("set")
        changes = {**(read_endpoint(given.pop("file"), settings) if "file" in given else {}), **given}
        shares = {name: changes.pop(name) for name in ("traffic", "mirror") if name in changes}
        with transaction.atomic():
            row = services.edit_endpoint(actor=self.actor, endpoint=self.endpoint, changes=changes)
            if shares:
                row = services.set_traffic(actor=self.actor, endpoint=row, **shares)
        return Response(EndpointSerializer(row).data)

    @extend_schema(
        parameters=[OpenApiParameter("confirm", str, required=True, description="The endpoint's name.")],
        responses={204: None},
    )
    def delete(self, request: Request, **kwargs: Any) -> Response:
        """Delete the endpoint with its deployments. Asks for its name."""
        confirmed = request.query_params.get("confirm", "")
        services.delete_endpoint(actor=self.actor, endpoint=self.endpoint, confirmed_name=confirmed)
        return Response(status=204)


class EndpointFile(OneEndpointAPI, APIView):
    """An endpoint as a file."""

    access = workspace_access(get=Action.ENDPOINTS_READ)

    @extend_schema(responses={(200, "application/yaml"): OpenApiTypes.STR})
    def get(self, request: Request, **kwargs: Any) -> HttpResponse:
        """Return the endpoint as the file that would make it, as Azure ML v2 writes it; without its keys."""
        return yaml_answer(write_endpoint(self.endpoint), f"{self.endpoint.name}.yml")


def yaml_answer(text: str, name: str) -> HttpResponse:
    """Return YAML as a file to keep."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type="application/yaml; charset=utf-8", headers=headers)


class Traffic(OneEndpointAPI, GenericAPIView[Endpoint]):
    """Who gets the requests."""

    access = workspace_access(put=Action.ENDPOINTS_WRITE)
    serializer_class = TrafficSerializer
    queryset = Endpoint.objects.none()

    @extend_schema(responses=EndpointSerializer)
    def put(self, request: Request, **kwargs: Any) -> Response:
        """Say which percent of the requests each deployment receives, and of how many one gets a copy."""
        command = TrafficSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        row = services.set_traffic(actor=self.actor, endpoint=self.endpoint, **command.validated_data)
        return Response(EndpointSerializer(row).data)


class Keys(OneEndpointAPI, GenericAPIView[Endpoint]):
    """What opens an endpoint."""

    access = workspace_access(get=Action.ENDPOINTS_KEYS, post=Action.ENDPOINTS_KEYS)
    serializer_class = KeysSerializer
    queryset = Endpoint.objects.none()

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return both keys."""
        return Response(KeysSerializer(services.keys_of(actor=self.actor, endpoint=self.endpoint)).data)

    @extend_schema(request=RegenerateKeySerializer)
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Replace one of the keys, and return both."""
        command = RegenerateKeySerializer(data=request.data)
        command.is_valid(raise_exception=True)
        which = command.validated_data["key_type"]
        keys = services.regenerate_key(actor=self.actor, endpoint=self.endpoint, which=which)
        return Response(KeysSerializer(keys).data)


class Token(OneEndpointAPI, GenericAPIView[Endpoint]):
    """Tokens that open an endpoint for a while."""

    access = workspace_access(post=Action.ENDPOINTS_KEYS)
    serializer_class = CallTokenSerializer
    queryset = Endpoint.objects.none()

    @extend_schema(request=None)
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Return a token, for endpoints that ask for tokens."""
        return Response(CallTokenSerializer(services.make_token(actor=self.actor, endpoint=self.endpoint)).data)


class TrialPass(OneEndpointAPI, GenericAPIView[Endpoint]):
    """Lets somebody try an endpoint."""

    access = workspace_access(post=Action.ENDPOINTS_READ)
    serializer_class = PassSerializer
    queryset = Endpoint.objects.none()

    @extend_schema(request=None)
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Return a token for the next two minutes, and the path below which requests go. Programs use the endpoint's key."""
        return Response(PassSerializer(make_pass(self.endpoint)).data)


class Figures(OneEndpointAPI, GenericAPIView[Endpoint]):
    """The requests to an endpoint over time."""

    access = workspace_access(get=Action.ENDPOINTS_READ)
    serializer_class = FigureSerializer
    queryset = Endpoint.objects.none()

    @extend_schema(
        parameters=[
            OpenApiParameter("what", str, enum=list(KINDS), description="Left out: requests."),
            OpenApiParameter("span", str, enum=list(SPANS), description="Left out: hour."),
            OpenApiParameter("deployment", str, description="One of them; left out, all together."),
        ]
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return requests, times, replicas, processor or memory over time, as a figure for plotly.js."""
        query = request.query_params
        span = query.get("span", "")
        what = query.get("what", "")
        deployment = services.find_deployment(self.endpoint, query.get("deployment", ""))
        return Response(
            draw(
                what if what in KINDS else KINDS[0],
                self.endpoint,
                span if span in SPANS else next(iter(SPANS)),
                deployment,
            )
        )
