"""What the API shows of components, and the commands it takes."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.pipelines.models import Component, ComponentVersion
from apps.workspaces.api.serializers import PersonSerializer, TagsField

LONGEST_FILE = 256 * 1024


class ComponentVersionSerializer(serializers.ModelSerializer[ComponentVersion]):
    """A version of a component. `reference` is what pipelines call it; `sha256` is over all that decides what it does."""

    name = serializers.CharField(source="component.name", read_only=True)
    reference = serializers.CharField(read_only=True)
    type = serializers.CharField(source="kind", read_only=True)
    tags = TagsField(read_only=True)
    sha256 = serializers.CharField(source="digest", read_only=True)
    has_code = serializers.SerializerMethodField()
    created_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = ComponentVersion
        fields = (
            "id", "name", "version", "number", "reference", "type", "display_name", "description", "tags", "sha256", "has_code",
            "created_by", "created_at", "archived_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_has_code(self, version: ComponentVersion) -> bool:
        """Return whether code belongs to it."""
        return version.snapshot_id is not None


class OneComponentVersionSerializer(ComponentVersionSerializer):
    """A version with what it does. `definition`: ports, command, environment and the like."""

    definition = serializers.JSONField(read_only=True)
    warnings = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta(ComponentVersionSerializer.Meta):
        fields = (*ComponentVersionSerializer.Meta.fields, "definition", "warnings")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]


class RegisteredComponentSerializer(OneComponentVersionSerializer):
    """A version that was registered. `is_new`: it is; else it was there, and does the same."""

    is_new = serializers.SerializerMethodField()

    class Meta(OneComponentVersionSerializer.Meta):
        fields = (*OneComponentVersionSerializer.Meta.fields, "is_new")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]

    def get_is_new(self, version: ComponentVersion) -> bool:
        """Return whether it was made just now."""
        return bool(self.context["is_new"])


class ComponentSerializer(serializers.ModelSerializer[Component]):
    """A component with its latest version."""

    latest = serializers.SerializerMethodField()
    created_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Component
        fields = ("id", "name", "latest", "created_by", "created_at", "latest_at", "archived_at")
        read_only_fields = fields

    @extend_schema_field(ComponentVersionSerializer(allow_null=True))
    def get_latest(self, component: Component) -> Any:
        """Return the latest version."""
        if component.latest is None:
            return None
        component.latest.component = component
        return ComponentVersionSerializer(component.latest).data


class ComponentFileSerializer(serializers.Serializer[dict[str, Any]]):
    """A component file as Azure ML v2 writes it, and what came with it."""

    component = serializers.CharField(max_length=LONGEST_FILE, trim_whitespace=False, help_text=_("The YAML."))
    files = serializers.DictField(
        child=serializers.CharField(max_length=LONGEST_FILE, allow_blank=True, trim_whitespace=False),
        required=False,
        default=dict,
        help_text=_("Texts of the files it refers to, such as a conda file, by their paths as it writes them."),
    )
    codes = serializers.DictField(
        child=serializers.UUIDField(),
        required=False,
        default=dict,
        help_text=_("Ids of code that was sent before, by the keys of what is needed; where there is more than one."),
    )
    version = serializers.CharField(
        max_length=30, required=False, allow_blank=True, default="", help_text=_("In place of the one in the file.")
    )


class CodeNeedSerializer(serializers.Serializer[Any]):
    """Code to send: what lies in a folder, and `includes`, files and folders that shall lie in it, too."""

    key = serializers.CharField()
    code = serializers.CharField()
    includes = serializers.ListField(child=serializers.CharField())


class ComponentNeedsSerializer(serializers.Serializer[Any]):
    """What must be sent with a component file; paths as it writes them."""

    name = serializers.CharField()
    version = serializers.CharField()
    codes = CodeNeedSerializer(many=True)
    files = serializers.ListField(child=serializers.CharField())
    warnings = serializers.ListField(child=serializers.CharField())


class EditComponentSerializer(serializers.Serializer[Any]):
    """What can be changed of a component."""

    archived = serializers.BooleanField()


class EditComponentVersionSerializer(serializers.Serializer[Any]):
    """What can be changed of a version: what is said of it, and whether it is for new use. `tags` are replaced."""

    display_name = serializers.CharField(max_length=255, required=False, allow_blank=True)
    description = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    tags = TagsField(required=False)
    archived = serializers.BooleanField(required=False)


class ComponentLineSerializer(serializers.Serializer[Any]):
    """One thing that two versions have, in words; empty where one has it not."""

    name = serializers.CharField()
    first = serializers.CharField()
    second = serializers.CharField()
    differs = serializers.BooleanField()


class ComponentSectionSerializer(serializers.Serializer[Any]):
    """Things of one kind."""

    section = serializers.CharField(source="key")
    lines = ComponentLineSerializer(many=True)


class ChangedFileSerializer(serializers.Serializer[Any]):
    """A file of the code that is not the same in both; `lines` of a unified diff."""

    path = serializers.CharField()
    change = serializers.ChoiceField(choices=[(one, one) for one in ("added", "removed", "changed")])
    lines = serializers.ListField(child=serializers.CharField())
    note = serializers.CharField()


class ComponentComparisonSerializer(serializers.Serializer[Any]):
    """Two versions side by side."""

    first = ComponentVersionSerializer()
    second = ComponentVersionSerializer()
    sections = ComponentSectionSerializer(many=True)
    files = ChangedFileSerializer(many=True)
