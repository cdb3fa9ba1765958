"""Environments, their versions and builds."""

from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView, ListAPIView, ListCreateAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.idempotency import Idempotent
from apps.environments import services
from apps.environments.api.serializers import (
    ArchiveSerializer,
    CreateVersionSerializer,
    EnvironmentSerializer,
    OneVersionSerializer,
    VersionSerializer,
)
from apps.environments.filters import EnvironmentFilter
from apps.environments.models import Environment, EnvironmentVersion
from apps.environments.sources import read
from apps.workspaces.access import WorkspaceAPI, workspace_access
from apps.workspaces.roles import Action

BUILDS = ("build__run__order__target__workspace", "next_build__run__order__target__workspace")


class EnvironmentCollection(WorkspaceAPI, Idempotent, ListCreateAPIView[Environment]):
    """The environments of a workspace."""

    access = workspace_access(get=Action.ENVIRONMENTS_READ, post=Action.ENVIRONMENTS_WRITE)
    serializer_class = EnvironmentSerializer
    queryset = Environment.objects.none()
    filterset_class = EnvironmentFilter

    def get_queryset(self) -> QuerySet[Environment]:
        latest = [f"latest__{path}" for path in BUILDS]
        related = ("created_by", "latest__created_by", *latest)
        return Environment.objects.filter(workspace=self.workspace).select_related(*related)

    @extend_schema(request=CreateVersionSerializer, responses={201: OneVersionSerializer, 200: OneVersionSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Create an environment, or the next version of one; 200 where the latest says the same already."""
        command = CreateVersionSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        given = command.validated_data
        reading = read(
            given["source"], services.known_pythons(), python=given["python"], conda_file=given["conda_file"]
        )
        version, is_new = services.create_version(
            actor=self.actor,
            workspace=self.workspace,
            name=given["name"] or reading.name,
            reading=reading,
            source=given["source"],
            description=given["description"],
            tags=given["tags"],
            variables=given["variables"],
        )
        return Response(OneVersionSerializer(version).data, status=201 if is_new else 200)


class OneEnvironmentAPI(WorkspaceAPI):
    """Mix into views below one environment; put it first. Sets ``self.environment``."""

    environment: Environment

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find the environment in the workspace, once it is known who calls."""
        super().initial(request, *args, **kwargs)
        rows = Environment.objects.filter(workspace=self.workspace).exclude(latest=None)
        named = rows.alias(lower_name=Lower("name")).filter(lower_name=_plain(kwargs["environment_name"]).lower())
        found = named.select_related("created_by", "latest", "workspace").first()
        if found is None:
            raise Http404
        self.environment = found

    def versions(self) -> QuerySet[EnvironmentVersion]:
        """Return its versions, the latest first."""
        rows = EnvironmentVersion.objects.filter(environment=self.environment)
        return rows.select_related("environment__workspace", "created_by", *BUILDS).order_by("-number")

    def version(self, number: str) -> EnvironmentVersion:
        """Return one version by its number; ``latest`` for the latest.

        Raises:
            Http404: there is no such version.
        """
        rows = self.versions()
        if number != "latest":
            rows = rows.filter(number=int(number) if number.isdecimal() and len(number) < 9 else 0)
        found = rows.first()
        if found is None:
            raise Http404
        return found


class EnvironmentItem(OneEnvironmentAPI, GenericAPIView[Environment]):
    """One environment."""

    access = workspace_access(get=Action.ENVIRONMENTS_READ, patch=Action.ENVIRONMENTS_WRITE)
    serializer_class = EnvironmentSerializer
    queryset = Environment.objects.none()

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return the environment with its latest version."""
        return Response(EnvironmentSerializer(self.environment).data)

    @extend_schema(request=ArchiveSerializer)
    def patch(self, request: Request, **kwargs: Any) -> Response:
        """Put the environment away, or bring it back. Whatever names it goes on working."""
        command = ArchiveSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        services.set_archived(
            actor=self.actor, environment=self.environment, archived=command.validated_data["archived"]
        )
        return Response(EnvironmentSerializer(self.environment).data)


class VersionCollection(OneEnvironmentAPI, ListAPIView[EnvironmentVersion]):
    """The versions of an environment."""

    access = workspace_access(get=Action.ENVIRONMENTS_READ)
    serializer_class = VersionSerializer
    queryset = EnvironmentVersion.objects.none()

    def get_queryset(self) -> QuerySet[EnvironmentVersion]:
        return self.versions()


class VersionItem(OneEnvironmentAPI, GenericAPIView[EnvironmentVersion]):
    """One version."""

    access = workspace_access(get=Action.ENVIRONMENTS_READ)
    serializer_class = OneVersionSerializer
    queryset = EnvironmentVersion.objects.none()

    def get(self, request: Request, version: str, **kwargs: Any) -> Response:
        """Return a version by its number, or ``latest``, with its packages, lock and source."""
        return Response(OneVersionSerializer(self.version(version)).data)


class RebuildVersion(OneEnvironmentAPI, GenericAPIView[EnvironmentVersion]):
    """Builds a version anew."""

    access = workspace_access(post=Action.ENVIRONMENTS_WRITE)
    serializer_class = OneVersionSerializer
    queryset = EnvironmentVersion.objects.none()

    @extend_schema(request=None, responses={202: OneVersionSerializer})
    def post(self, request: Request, version: str, **kwargs: Any) -> Response:
        """Resolve and install its packages anew. Until that has succeeded, runs go on with what there is."""
        found = self.version(version)
        services.rebuild(actor=self.actor, version=found)
        return Response(OneVersionSerializer(self.version(version)).data, status=202)


def _plain(name: str) -> str:
    """Return a name as databases take it."""
    return name.replace("\x00", "")
