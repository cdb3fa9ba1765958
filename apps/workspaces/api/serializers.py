"""What the API shows of workspaces, and the commands it takes."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from apps.accounts.models import Invitation, User
from apps.workspaces.models import Alias, Membership, Secret, Workspace
from apps.workspaces.roles import Role
from apps.workspaces.tags import LONGEST_VALUE, validate_tags


class TagsField(serializers.DictField):
    """Texts by name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=serializers.CharField(max_length=LONGEST_VALUE, allow_blank=True), **kwargs)

    def to_internal_value(self, data: Any) -> dict[str, str]:
        """Hold the whole to its rules at once: an error by key would repeat a key that may not be fit to be sent."""
        validate_tags(data)
        return dict(data)


class PersonSerializer(serializers.ModelSerializer[User]):
    """As others see a person."""

    class Meta:
        model = User
        fields = ("id", "username", "display_name")
        read_only_fields = fields


class WorkspaceSerializer(serializers.ModelSerializer[Workspace]):
    """A workspace, with the caller's role in it."""

    tags = TagsField(read_only=True)
    role = serializers.ChoiceField(choices=Role.choices, read_only=True)
    member_count = serializers.IntegerField(read_only=True)
    created_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Workspace
        fields = (
            "id",
            "name",
            "friendly_name",
            "description",
            "tags",
            "role",
            "member_count",
            "created_by",
            "created_at",
            "updated_at",
            "archived_at",
            "deleted_at",
            "destroy_after",
        )
        read_only_fields = fields


class CreateWorkspaceSerializer(serializers.ModelSerializer[Workspace]):
    """A new workspace."""

    tags = TagsField(required=False)

    class Meta:
        model = Workspace
        fields = ("name", "friendly_name", "description", "tags")


class EditWorkspaceSerializer(serializers.ModelSerializer[Workspace]):
    """Changes to a workspace."""

    tags = TagsField(required=False)
    updated_at = serializers.DateTimeField(
        required=False,
        help_text=_("As you last read it. Where somebody saved other changes since, nothing is saved and you get 409."),
    )

    class Meta:
        model = Workspace
        fields = ("friendly_name", "description", "tags", "updated_at")


class ConfigSerializer(serializers.Serializer[dict[str, str]]):
    """The content of ``config.json``. The first two have no meaning here; scripts written for Azure ML want them."""

    subscription_id = serializers.CharField()
    resource_group = serializers.CharField()
    workspace_name = serializers.CharField()
    studio_url = serializers.URLField()


class MemberSerializer(serializers.ModelSerializer[Membership]):
    """A person's role."""

    user = PersonSerializer(read_only=True)

    class Meta:
        model = Membership
        fields = ("id", "user", "role", "created_at", "last_visited_at")
        read_only_fields = fields


class AddMemberSerializer(serializers.Serializer[dict[str, str]]):
    """Somebody with an account to add."""

    person = serializers.CharField(max_length=254, help_text=_("Their user name or email address."))
    role = serializers.ChoiceField(choices=Role.choices)


class ChangeRoleSerializer(serializers.Serializer[dict[str, str]]):
    """Another role."""

    role = serializers.ChoiceField(choices=Role.choices)


class InviteSerializer(serializers.Serializer[dict[str, str]]):
    """Somebody without an account to invite."""

    email = serializers.EmailField()
    role = serializers.ChoiceField(choices=Role.choices)


class SentInvitationSerializer(serializers.ModelSerializer[Invitation]):
    """An invitation that was just made."""

    link = serializers.URLField(read_only=True, help_text=_("Shown this one time only."))

    class Meta:
        model = Invitation
        fields = ("id", "email", "expires_at", "link")
        read_only_fields = fields


class SecretSerializer(serializers.ModelSerializer[Secret]):
    """A secret without its value, which nothing gives back."""

    set_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Secret
        fields = ("id", "name", "set_by", "set_at", "created_at")
        read_only_fields = fields


class SetSecretSerializer(serializers.Serializer[dict[str, str]]):
    """A secret's value."""

    value = serializers.CharField(trim_whitespace=False, write_only=True)


class AliasSerializer(serializers.ModelSerializer[Alias]):
    """What a name in job files means here."""

    class Meta:
        model = Alias
        fields = ("id", "kind", "name", "target", "created_at", "updated_at")
        read_only_fields = fields


class WriteAliasSerializer(serializers.ModelSerializer[Alias]):
    """A new alias, or changes to one."""

    class Meta:
        model = Alias
        fields = ("kind", "name", "target")
