"""Accounts as JSON: one serializer to read, one for each command."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.accounts.models import AccessToken, Invitation, User
from apps.accounts.models.token import TokenScope
from apps.accounts.models.user import Theme
from apps.accounts.services import invitations


class TokenSerializer(serializers.ModelSerializer[AccessToken]):
    """An access token, without its secret."""

    workspaces = serializers.ListField(
        source="workspace_ids",
        child=serializers.UUIDField(),
        help_text=_("The workspaces it is limited to; empty: all of its owner's."),
    )

    class Meta:
        model = AccessToken
        fields = ["id", "name", "prefix", "scope", "workspaces", "expires_at", "last_used_at", "created_at"]
        read_only_fields = fields


class NewTokenSerializer(TokenSerializer):
    """A fresh access token, with the secret that is never shown again."""

    token = serializers.CharField(read_only=True, source="secret")

    class Meta(TokenSerializer.Meta):
        fields = [*TokenSerializer.Meta.fields, "token"]
        read_only_fields = fields


class CreateTokenSerializer(serializers.Serializer[Any]):
    """What a token shall be."""

    name = serializers.CharField(max_length=80)
    scope = serializers.ChoiceField(TokenScope.choices, default=TokenScope.WRITE)
    expires_at = serializers.DateTimeField(allow_null=True, help_text=_("null: it never expires."))
    workspaces = serializers.ListField(
        child=serializers.UUIDField(), required=False, default=list, help_text=_("Ids; empty: all of one's own.")
    )


class MeSerializer(serializers.ModelSerializer[User]):
    """The person who asks, and the token with which they ask, if it is one."""

    token = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = [
            "id",
            "username",
            "display_name",
            "full_name",
            "email",
            "is_administrator",
            "language",
            "theme",
            "time_zone",
            "token",
        ]
        read_only_fields = fields

    @extend_schema_field(TokenSerializer(allow_null=True))
    def get_token(self, user: User) -> Any:
        """Return the token of this request."""
        token = self.context["request"].auth
        return TokenSerializer(token).data if isinstance(token, AccessToken) else None


class UpdateMeSerializer(serializers.Serializer[Any]):
    """What one may change about oneself."""

    full_name = serializers.CharField(max_length=150, required=False, allow_blank=True)
    email = serializers.EmailField(required=False, allow_blank=True)
    language = serializers.CharField(max_length=5, required=False, allow_blank=True)
    theme = serializers.ChoiceField(Theme.choices, required=False)
    time_zone = serializers.CharField(max_length=60, required=False, allow_blank=True)


class UserSerializer(serializers.ModelSerializer[User]):
    """A person, as administrators see them."""

    class Meta:
        model = User
        fields = [
            "id",
            "username",
            "display_name",
            "full_name",
            "email",
            "is_administrator",
            "is_active",
            "last_login",
            "created_at",
        ]
        read_only_fields = fields


class CreateUserSerializer(serializers.Serializer[Any]):
    """A new account, which gets no password: its owner signs in by a link or single sign-on."""

    username = serializers.CharField(max_length=150)
    email = serializers.EmailField(required=False, allow_blank=True, default="")
    full_name = serializers.CharField(max_length=150, required=False, allow_blank=True, default="")
    is_administrator = serializers.BooleanField(default=False)


class UpdateUserSerializer(serializers.Serializer[Any]):
    """What an administrator may change about somebody."""

    is_administrator = serializers.BooleanField(required=False)
    is_active = serializers.BooleanField(required=False)


class EndedSessionsSerializer(serializers.Serializer[Any]):
    """How many sessions were ended."""

    ended = serializers.IntegerField()


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    """An invitation, without its link."""

    state = serializers.ChoiceField(Invitation.State.choices, read_only=True)
    invited_by = serializers.CharField(source="invited_by.username", read_only=True)
    accepted_by = serializers.CharField(source="accepted_by.username", read_only=True, allow_null=True, default=None)
    gives = serializers.SerializerMethodField(help_text=_("What it gives, in words."))

    class Meta:
        model = Invitation
        fields = [
            "id",
            "email",
            "state",
            "gives",
            "invited_by",
            "accepted_by",
            "expires_at",
            "accepted_at",
            "created_at",
        ]
        read_only_fields = fields

    def get_gives(self, invitation: Invitation) -> list[str]:
        """Return one phrase for each grant."""
        return invitations.describe(invitation.grants)


class NewInvitationSerializer(InvitationSerializer):
    """An invitation with its fresh link, which is never shown again."""

    link = serializers.URLField(read_only=True)

    class Meta(InvitationSerializer.Meta):
        fields = [*InvitationSerializer.Meta.fields, "link"]
        read_only_fields = fields


class CreateInvitationSerializer(serializers.Serializer[Any]):
    """Whom to invite."""

    email = serializers.EmailField()
