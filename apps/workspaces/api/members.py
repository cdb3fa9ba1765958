"""Members of a workspace."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework.filters import SearchFilter
from rest_framework.generics import GenericAPIView, ListCreateAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.api.idempotency import Idempotent
from apps.workspaces import services
from apps.workspaces.access import WorkspaceAPI, workspace_access
from apps.workspaces.api.serializers import (
    AddMemberSerializer,
    ChangeRoleSerializer,
    InviteSerializer,
    MemberSerializer,
    SentInvitationSerializer,
)
from apps.workspaces.filters import MemberFilter
from apps.workspaces.models import Membership
from apps.workspaces.roles import Action


class MemberCollection(WorkspaceAPI, Idempotent, ListCreateAPIView[Membership]):
    """Who belongs to the workspace."""

    access = workspace_access(get=Action.MEMBERS_READ, post=Action.MEMBERS_MANAGE)
    serializer_class = MemberSerializer
    queryset = Membership.objects.none()
    filter_backends = [DjangoFilterBackend, SearchFilter]
    filterset_class = MemberFilter
    search_fields = ("user__username", "user__full_name", "user__email")

    def get_queryset(self) -> QuerySet[Membership]:
        return Membership.objects.filter(workspace=self.workspace).select_related("user")

    @extend_schema(request=AddMemberSerializer, responses={201: MemberSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Add somebody who has an account."""
        command = AddMemberSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        membership = services.add_member(actor=self.actor, workspace=self.workspace, **command.validated_data)
        return Response(MemberSerializer(membership).data, status=201)


class MemberItem(WorkspaceAPI, GenericAPIView[Membership]):
    """One member."""

    access = workspace_access(get=Action.MEMBERS_READ, patch=Action.MEMBERS_MANAGE, delete=Action.MEMBERS_MANAGE)
    serializer_class = MemberSerializer
    queryset = Membership.objects.none()

    def found(self, membership_id: UUID) -> Membership:
        """Return the member of this workspace with that id."""
        rows = Membership.objects.select_related("user", "workspace")
        return get_object_or_404(rows, pk=membership_id, workspace=self.workspace)

    def get(self, request: Request, name: str, membership_id: UUID) -> Response:
        """Return the member."""
        return Response(MemberSerializer(self.found(membership_id)).data)

    @extend_schema(request=ChangeRoleSerializer)
    def patch(self, request: Request, name: str, membership_id: UUID) -> Response:
        """Change the member's role. The last owner stays one."""
        membership = self.found(membership_id)
        command = ChangeRoleSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        role = command.validated_data["role"]
        membership = services.change_role(actor=self.actor, membership=membership, role=role)
        return Response(MemberSerializer(membership).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, name: str, membership_id: UUID) -> Response:
        """Remove the member. The last owner stays."""
        services.remove_member(actor=self.actor, membership=self.found(membership_id))
        return Response(status=204)


class LeaveWorkspace(WorkspaceAPI, APIView):
    """The caller's own membership."""

    access = workspace_access(post=Action.WORKSPACE_ENTER)

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, name: str) -> Response:
        """Give up the caller's own role. The last owner stays."""
        services.leave(actor=self.actor, workspace=self.workspace)
        return Response(status=204)


class InvitationCollection(WorkspaceAPI, Idempotent, APIView):
    """Invitations to the workspace."""

    access = workspace_access(post=Action.MEMBERS_MANAGE)

    @extend_schema(request=InviteSerializer, responses={201: SentInvitationSerializer})
    def post(self, request: Request, name: str) -> Response:
        """Invite somebody who has no account. The answer holds the link to send them."""
        command = InviteSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        invitation, link = services.invite_member(actor=self.actor, workspace=self.workspace, **command.validated_data)
        invitation.link = link  # type: ignore[attr-defined]
        return Response(SentInvitationSerializer(invitation).data, status=201)
