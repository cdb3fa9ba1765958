"""Aliases of a workspace."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView, ListCreateAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.idempotency import Idempotent
from apps.workspaces import services
from apps.workspaces.access import WorkspaceAPI, workspace_access
from apps.workspaces.api.serializers import AliasSerializer, WriteAliasSerializer
from apps.workspaces.filters import AliasFilter
from apps.workspaces.models import Alias
from apps.workspaces.roles import Action


class AliasCollection(WorkspaceAPI, Idempotent, ListCreateAPIView[Alias]):
    """What names in job files mean in the workspace."""

    access = workspace_access(get=Action.ALIASES_READ, post=Action.ALIASES_WRITE)
    serializer_class = AliasSerializer
    queryset = Alias.objects.none()
    filterset_class = AliasFilter

    def get_queryset(self) -> QuerySet[Alias]:
        return Alias.objects.filter(workspace=self.workspace)

    @extend_schema(request=WriteAliasSerializer, responses={201: AliasSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Say what a name means."""
        command = WriteAliasSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        alias = services.create_alias(actor=self.actor, workspace=self.workspace, **command.validated_data)
        return Response(AliasSerializer(alias).data, status=201)


class AliasItem(WorkspaceAPI, GenericAPIView[Alias]):
    """One alias."""

    access = workspace_access(get=Action.ALIASES_READ, patch=Action.ALIASES_WRITE, delete=Action.ALIASES_WRITE)
    serializer_class = AliasSerializer
    queryset = Alias.objects.none()

    def found(self, alias_id: UUID) -> Alias:
        """Return the alias of this workspace with that id."""
        return get_object_or_404(Alias.objects.select_related("workspace"), pk=alias_id, workspace=self.workspace)

    def get(self, request: Request, name: str, alias_id: UUID) -> Response:
        """Return the alias."""
        return Response(AliasSerializer(self.found(alias_id)).data)

    @extend_schema(request=WriteAliasSerializer)
    def patch(self, request: Request, name: str, alias_id: UUID) -> Response:
        """Change the alias."""
        command = WriteAliasSerializer(data=request.data, partial=True)
        command.is_valid(raise_exception=True)
        changes = command.validated_data
        alias = services.edit_alias(actor=self.actor, alias=self.found(alias_id), changes=changes)
        return Response(AliasSerializer(alias).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, name: str, alias_id: UUID) -> Response:
        """Delete the alias."""
        services.delete_alias(actor=self.actor, alias=self.found(alias_id))
        return Response(status=204)
