"""Accounts over the API: oneself, one's tokens, and for administrators people and invitations."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts import services
from apps.accounts.api.serializers import (
    CreateInvitationSerializer,
    CreateTokenSerializer,
    CreateUserSerializer,
    EndedSessionsSerializer,
    InvitationSerializer,
    MeSerializer,
    NewInvitationSerializer,
    NewTokenSerializer,
    TokenSerializer,
    UpdateMeSerializer,
    UpdateUserSerializer,
    UserSerializer,
)
from apps.accounts.filters import InvitationFilter, TokenFilter, UserFilter
from apps.accounts.models import AccessToken, Invitation, User
from apps.core.access import Access, Level
from apps.core.api.idempotency import Idempotent


class Me(APIView):
    """Oneself."""

    access = Access(Level.SIGNED_IN, {"GET": "", "PATCH": ""})

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """Return who asks."""
        user: Any = request.user
        return Response(MeSerializer(user, context={"request": request}).data)

    @extend_schema(request=UpdateMeSerializer, responses=MeSerializer)
    def patch(self, request: Request) -> Response:
        """Change what one says about oneself."""
        user: Any = request.user
        changes = _read(UpdateMeSerializer, request)
        changed = services.update_profile(user=user, **changes)
        return Response(MeSerializer(changed, context={"request": request}).data)


class TokenCollection(Idempotent, ListAPIView[AccessToken]):
    """One's own access tokens that were not revoked."""

    access = Access(Level.SIGNED_IN, {"GET": "", "POST": ""})
    serializer_class = TokenSerializer
    filterset_class = TokenFilter
    queryset = AccessToken.objects.none()

    def get_queryset(self) -> QuerySet[AccessToken]:
        user: Any = self.request.user
        return AccessToken.objects.visible_to(user).filter(revoked_at=None)

    @extend_schema(request=CreateTokenSerializer, responses={201: NewTokenSerializer})
    def post(self, request: Request) -> Response:
        """Make a token. With a token, only one that may do no more and lives no longer than itself."""
        user: Any = request.user
        values = _read(CreateTokenSerializer, request)
        token, secret = services.create_token(
            user=user,
            name=values["name"],
            scope=values["scope"],
            expires_at=values["expires_at"],
            workspace_ids=values["workspaces"],
            made_with=request.auth if isinstance(request.auth, AccessToken) else None,
        )
        token.secret = secret  # type: ignore[attr-defined]
        return Response(NewTokenSerializer(token).data, status=status.HTTP_201_CREATED)


class TokenDetail(GenericAPIView[AccessToken]):
    """One of one's own access tokens."""

    access = Access(Level.SIGNED_IN, {"DELETE": ""})
    serializer_class = TokenSerializer
    queryset = AccessToken.objects.none()

    @extend_schema(responses={204: None})
    def delete(self, request: Request, token_id: UUID) -> Response:
        """Revoke the token; also the one with which this is asked."""
        user: Any = request.user
        token = get_object_or_404(AccessToken.objects.visible_to(user), pk=token_id)
        services.revoke_token(actor=user, token=token)
        return Response(status=status.HTTP_204_NO_CONTENT)


class UserCollection(Idempotent, ListAPIView[User]):
    """Everybody with an account."""

    access = Access(Level.ADMINISTRATOR, {"GET": "", "POST": ""})
    serializer_class = UserSerializer
    filterset_class = UserFilter
    queryset = User.objects.all()

    @extend_schema(request=CreateUserSerializer, responses={201: UserSerializer})
    def post(self, request: Request) -> Response:
        """Make an account."""
        actor: Any = request.user
        user = services.create_user(actor=actor, **_read(CreateUserSerializer, request))
        return Response(UserSerializer(user).data, status=status.HTTP_201_CREATED)


class UserDetail(RetrieveAPIView[User]):
    """One person."""

    access = Access(Level.ADMINISTRATOR, {"GET": "", "PATCH": ""})
    serializer_class = UserSerializer
    queryset = User.objects.all()
    lookup_url_kwarg = "user_id"

    @extend_schema(request=UpdateUserSerializer, responses=UserSerializer)
    def patch(self, request: Request, user_id: UUID) -> Response:
        """Make somebody an administrator or no longer one; deactivate or activate them."""
        actor: Any = request.user
        user = get_object_or_404(User, pk=user_id)
        changes = _read(UpdateUserSerializer, request)
        user = services.change_standing(actor=actor, user=user, **changes)
        return Response(UserSerializer(user).data)


class UserSessions(APIView):
    """The sessions of one person."""

    access = Access(Level.ADMINISTRATOR, {"DELETE": ""})

    @extend_schema(responses=EndedSessionsSerializer)
    def delete(self, request: Request, user_id: UUID) -> Response:
        """Sign the person out in every browser."""
        actor: Any = request.user
        ended = services.end_sessions_of(actor=actor, user=get_object_or_404(User, pk=user_id))
        return Response(EndedSessionsSerializer({"ended": ended}).data)


class InvitationCollection(Idempotent, ListAPIView[Invitation]):
    """Everybody who was invited."""

    access = Access(Level.ADMINISTRATOR, {"GET": "", "POST": ""})
    serializer_class = InvitationSerializer
    filterset_class = InvitationFilter
    queryset = Invitation.objects.select_related("invited_by", "accepted_by")

    @extend_schema(request=CreateInvitationSerializer, responses={201: NewInvitationSerializer})
    def post(self, request: Request) -> Response:
        """Invite somebody. The answer holds the link; where mail is set up, it is sent too."""
        actor: Any = request.user
        invitation, link = services.invite(actor=actor, email=_read(CreateInvitationSerializer, request)["email"])
        return _with_link(invitation, link, status.HTTP_201_CREATED)


class InvitationDetail(RetrieveAPIView[Invitation]):
    """One invitation."""

    access = Access(Level.ADMINISTRATOR, {"GET": "", "DELETE": ""})
    serializer_class = InvitationSerializer
    queryset = Invitation.objects.select_related("invited_by", "accepted_by")
    lookup_url_kwarg = "invitation_id"

    @extend_schema(responses={204: None})
    def delete(self, request: Request, invitation_id: UUID) -> Response:
        """Withdraw the invitation."""
        actor: Any = request.user
        services.withdraw(actor=actor, invitation=get_object_or_404(Invitation, pk=invitation_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class InvitationLink(APIView):
    """The link of an invitation."""

    access = Access(Level.ADMINISTRATOR, {"POST": ""})

    @extend_schema(request=None, responses={201: NewInvitationSerializer})
    def post(self, request: Request, invitation_id: UUID) -> Response:
        """Make a new link; the old one stops working."""
        actor: Any = request.user
        invitation = get_object_or_404(Invitation.objects.select_related("invited_by"), pk=invitation_id)
        link = services.resend(actor=actor, invitation=invitation)
        return _with_link(invitation, link, status.HTTP_201_CREATED)


def _with_link(invitation: Invitation, link: str, code: int) -> Response:
    invitation.link = link  # type: ignore[attr-defined]
    return Response(NewInvitationSerializer(invitation).data, status=code)


def _read(command: Any, request: Request) -> dict[str, Any]:
    serializer = command(data=request.data)
    serializer.is_valid(raise_exception=True)
    values: dict[str, Any] = serializer.validated_data
    return values
