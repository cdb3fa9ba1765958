"""What the API shows of models, and the commands it takes."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.registry.models import ModelAlias, ModelFile, ModelVersion, RegisteredModel
from apps.registry.states import Framework, ModelType, Stage, VersionState
from apps.workspaces.api.serializers import PersonSerializer, TagsField


class ModelRunSerializer(serializers.Serializer[Any]):
    """The run that made a version; without an id once it is deleted."""

    id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()


class ModelVersionSerializer(serializers.ModelSerializer[ModelVersion]):
    """A version of a model. `reference` is what jobs call it. Files can be read once `state` is `Ready`."""

    name = serializers.CharField(source="model.name", read_only=True)
    version = serializers.IntegerField(source="number", read_only=True)
    reference = serializers.CharField(read_only=True)
    type = serializers.ChoiceField(choices=ModelType.choices, read_only=True)
    framework = serializers.ChoiceField(choices=Framework.choices, read_only=True)
    state = serializers.ChoiceField(choices=VersionState.choices, read_only=True)
    stage = serializers.ChoiceField(choices=Stage.choices, read_only=True)
    tags = TagsField(read_only=True)
    properties = TagsField(read_only=True)
    aliases = serializers.SerializerMethodField()
    run = serializers.SerializerMethodField()
    created_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = ModelVersion
        fields = (
            "id", "name", "version", "reference", "type", "framework", "framework_version", "description", "tags", "properties",
            "stage", "aliases", "state", "state_reason", "run", "source", "environment", "root", "file_count", "size", "sha256",
            "created_by", "created_at", "archived_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_aliases(self, version: ModelVersion) -> list[str]:
        """Return its aliases."""
        return sorted(alias.name for alias in version.aliases.all())

    @extend_schema_field(ModelRunSerializer(allow_null=True))
    def get_run(self, version: ModelVersion) -> Any:
        """Return the run that made it."""
        return {"id": version.run_id, "name": version.run_name} if version.run_name else None


class OneModelVersionSerializer(ModelVersionSerializer):
    """A version with what its `MLmodel` says."""

    manifest = serializers.JSONField(read_only=True)

    class Meta(ModelVersionSerializer.Meta):
        fields = (*ModelVersionSerializer.Meta.fields, "manifest")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]


class ModelAliasSerializer(serializers.ModelSerializer[ModelAlias]):
    """A name for a version, which can move."""

    alias = serializers.CharField(source="name", read_only=True)
    version = serializers.IntegerField(source="version.number", read_only=True)

    class Meta:
        model = ModelAlias
        fields = ("alias", "version")
        read_only_fields = fields


class ModelSerializer(serializers.ModelSerializer[RegisteredModel]):
    """A model with its latest version."""

    tags = TagsField(read_only=True)
    latest = serializers.SerializerMethodField()
    created_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = RegisteredModel
        fields = ("id", "name", "description", "tags", "latest", "created_by", "created_at", "latest_at", "archived_at")
        read_only_fields = fields

    @extend_schema_field(ModelVersionSerializer(allow_null=True))
    def get_latest(self, model: RegisteredModel) -> Any:
        """Return the latest version."""
        if model.latest is None:
            return None
        model.latest.model = model
        return ModelVersionSerializer(model.latest).data


class OneModelSerializer(ModelSerializer):
    """A model with its latest version and its aliases."""

    aliases = serializers.SerializerMethodField()

    class Meta(ModelSerializer.Meta):
        fields = (*ModelSerializer.Meta.fields, "aliases")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]

    @extend_schema_field(ModelAliasSerializer(many=True))
    def get_aliases(self, model: RegisteredModel) -> Any:
        """Return its aliases."""
        rows = model.aliases.select_related("version").order_by("name")
        return ModelAliasSerializer(rows, many=True).data


class ModelFileSerializer(serializers.ModelSerializer[ModelFile]):
    """A file of a version. `size` in bytes."""

    class Meta:
        model = ModelFile
        fields = ("id", "path", "size", "sha256")
        read_only_fields = fields


class RegisterModelSerializer(serializers.Serializer[Any]):
    """A version of files of a run or of a complete upload: give `upload`, or `path` and, unless it is in the path, `run`.

    `path`: a file or folder of the run, `runs:/<run>/<path>` or `azureml://jobs/<run>/outputs/artifacts/paths/<path>`.
    """

    name = serializers.CharField(max_length=255)
    run = serializers.CharField(max_length=100, required=False)
    path = serializers.CharField(max_length=2000, required=False, allow_blank=True, trim_whitespace=False)
    upload = serializers.UUIDField(required=False)
    version = serializers.IntegerField(required=False, allow_null=True)
    type = serializers.ChoiceField(choices=ModelType.choices, required=False, allow_null=True)
    framework = serializers.ChoiceField(choices=Framework.choices, required=False, allow_null=True)
    framework_version = serializers.CharField(max_length=40, required=False, allow_blank=True)
    description = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    tags = TagsField(required=False)
    properties = TagsField(required=False)
    flavors = serializers.DictField(required=False)
    stage = serializers.ChoiceField(choices=Stage.choices, required=False)


class EditModelSerializer(serializers.Serializer[Any]):
    """What can be changed of a model."""

    name = serializers.CharField(max_length=255, required=False)
    description = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    tags = TagsField(required=False)
    archived = serializers.BooleanField(required=False)


class EditModelVersionSerializer(serializers.Serializer[Any]):
    """What can be changed of a version. `tags` are replaced; `properties` are added and never change."""

    description = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    tags = TagsField(required=False)
    properties = TagsField(required=False)
    stage = serializers.ChoiceField(choices=Stage.choices, required=False)
    archived = serializers.BooleanField(required=False)


class SetAliasSerializer(serializers.Serializer[Any]):
    """The version that an alias shall mean."""

    version = serializers.CharField(max_length=20)


class ModelDifferenceSerializer(serializers.Serializer[Any]):
    """One thing that two versions have; null where a version has none."""

    section = serializers.CharField()
    name = serializers.CharField()
    first = serializers.JSONField()
    second = serializers.JSONField()
    differs = serializers.BooleanField()


class ModelComparisonSerializer(serializers.Serializer[Any]):
    """Two versions side by side."""

    first = ModelVersionSerializer()
    second = ModelVersionSerializer()
    rows = ModelDifferenceSerializer(many=True)


class ReadModelFileSerializer(serializers.Serializer[Any]):
    """A model file as Azure ML v2 writes it, as text."""

    file = serializers.CharField(max_length=300_000, trim_whitespace=False)


class ModelFileContentSerializer(serializers.Serializer[Any]):
    """What a model file says. `is_local`: whoever wrote it uploads what is at `path`, and registers the upload."""

    name = serializers.CharField()
    path = serializers.CharField()
    is_local = serializers.BooleanField()
    version = serializers.IntegerField(allow_null=True)
    type = serializers.ChoiceField(choices=ModelType.choices, allow_null=True)
    description = serializers.CharField()
    stage = serializers.CharField()
    tags = TagsField()
    properties = TagsField()
    flavors = serializers.DictField()
    warnings = serializers.ListField(child=serializers.CharField())
