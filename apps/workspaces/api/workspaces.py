"""``/api/v1/workspaces/`` and what can be done with one workspace."""

from typing import Any, cast

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework.filters import SearchFilter
from rest_framework.generics import GenericAPIView, ListCreateAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.models import AccessToken, User
from apps.core.access import Access, Level
from apps.core.api.idempotency import Idempotent
from apps.workspaces import services
from apps.workspaces.access import WorkspaceAPI, workspace_access
from apps.workspaces.api.serializers import (
    ConfigSerializer,
    CreateWorkspaceSerializer,
    EditWorkspaceSerializer,
    WorkspaceSerializer,
)
from apps.workspaces.connect import config_of
from apps.workspaces.errors import TokenLimited
from apps.workspaces.filters import WorkspaceAPIFilter
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action


def rows_of(request: Request) -> QuerySet[Workspace]:
    """Return the caller's workspaces as the API shows them, also those in the trash, as far as their token goes."""
    rows: QuerySet[Workspace] = Workspace.objects.of(request.user).with_member_count().select_related("created_by")
    if isinstance(request.auth, AccessToken) and request.auth.workspace_ids:
        rows = rows.filter(pk__in=request.auth.workspace_ids)
    return rows


class WorkspaceCollection(Idempotent, ListCreateAPIView[Workspace]):
    """The workspaces of which the caller is a member."""

    access = Access(Level.SIGNED_IN, {"GET": "", "POST": ""})
    serializer_class = WorkspaceSerializer
    queryset = Workspace.objects.none()
    filter_backends = [DjangoFilterBackend, SearchFilter]
    filterset_class = WorkspaceAPIFilter
    search_fields = ("name", "friendly_name", "description")

    def get_queryset(self) -> QuerySet[Workspace]:
        return rows_of(self.request)

    @extend_schema(request=CreateWorkspaceSerializer, responses={201: WorkspaceSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Make a workspace. The caller becomes its owner."""
        if isinstance(request.auth, AccessToken) and request.auth.workspace_ids:
            raise TokenLimited
        command = CreateWorkspaceSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        workspace = services.create_workspace(actor=cast(User, request.user), **command.validated_data)
        return Response(WorkspaceSerializer(rows_of(request).get(pk=workspace.pk)).data, status=201)


class OneWorkspace(WorkspaceAPI, GenericAPIView[Workspace]):
    """What views of one workspace share."""

    serializer_class = WorkspaceSerializer
    queryset = Workspace.objects.none()

    def shown(self) -> Response:
        """Return the workspace as it is now."""
        return Response(WorkspaceSerializer(rows_of(self.request).get(pk=self.workspace.pk)).data)


class WorkspaceItem(OneWorkspace):
    """One workspace."""

    access = workspace_access(get=Action.WORKSPACE_ENTER, patch=Action.WORKSPACE_EDIT, delete=Action.WORKSPACE_DELETE)

    def get(self, request: Request, name: str) -> Response:
        """Return the workspace."""
        return self.shown()

    @extend_schema(request=EditWorkspaceSerializer)
    def patch(self, request: Request, name: str) -> Response:
        """Change friendly name, description or tags."""
        command = EditWorkspaceSerializer(data=request.data, partial=True)
        command.is_valid(raise_exception=True)
        changes = {**command.validated_data}
        expected = changes.pop("updated_at", None)
        services.edit_workspace(actor=self.actor, workspace=self.workspace, changes=changes, expected=expected)
        return self.shown()

    @extend_schema(responses={204: None})
    def delete(self, request: Request, name: str) -> Response:
        """Move the workspace to the trash."""
        services.delete_workspace(actor=self.actor, workspace=self.workspace)
        return Response(status=204)


class RestoreWorkspace(OneWorkspace):
    """The way out of the trash."""

    access = workspace_access(post=Action.WORKSPACE_DELETE)
    in_trash = True

    @extend_schema(request=None)
    def post(self, request: Request, name: str) -> Response:
        """Restore the workspace from the trash. Where it is not there, nothing happens."""
        services.restore_workspace(actor=self.actor, workspace=self.workspace)
        return self.shown()


class DestroyWorkspace(OneWorkspace):
    """The way out of the world."""

    access = workspace_access(post=Action.WORKSPACE_DELETE)
    in_trash = True

    @extend_schema(request=None, responses={202: None})
    def post(self, request: Request, name: str) -> Response:
        """Delete a workspace in the trash for good, now. It cannot be undone; 409 where it is not in the trash."""
        services.destroy_now(actor=self.actor, workspace=self.workspace)
        return Response(status=202)


class ArchiveWorkspace(OneWorkspace):
    """The way into the archive."""

    access = workspace_access(post=Action.WORKSPACE_ARCHIVE)

    @extend_schema(request=None)
    def post(self, request: Request, name: str) -> Response:
        """Archive the workspace: lists no longer show it unless asked."""
        services.set_archived(actor=self.actor, workspace=self.workspace, archived=True)
        return self.shown()


class UnarchiveWorkspace(OneWorkspace):
    """The way out of the archive."""

    access = workspace_access(post=Action.WORKSPACE_ARCHIVE)

    @extend_schema(request=None)
    def post(self, request: Request, name: str) -> Response:
        """Take the workspace out of the archive."""
        services.set_archived(actor=self.actor, workspace=self.workspace, archived=False)
        return self.shown()


class WorkspaceConfig(WorkspaceAPI, APIView):
    """The content of ``config.json``."""

    access = workspace_access(get=Action.WORKSPACE_ENTER)

    @extend_schema(responses=ConfigSerializer)
    def get(self, request: Request, name: str) -> Response:
        """Return what ``config.json`` says of this workspace."""
        return Response(config_of(self.workspace))
