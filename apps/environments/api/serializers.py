"""What the API shows of environments, and the commands it takes."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.environments.models import Environment, EnvironmentBuild, EnvironmentVersion
from apps.environments.sources import LONGEST_SOURCE
from apps.environments.text import progress_of
from apps.workspaces.api.serializers import PersonSerializer, TagsField


class PackageSerializer(serializers.Serializer[Any]):
    """An installed package."""

    name = serializers.CharField()
    version = serializers.CharField()


class BuildSerializer(serializers.ModelSerializer[EnvironmentBuild]):
    """How far a build is. `reason` says it in words, `hints` what to do about one that failed; `size` in bytes."""

    reason = serializers.SerializerMethodField()
    hints = serializers.ListField(child=serializers.CharField(), read_only=True)
    package_count = serializers.SerializerMethodField()

    class Meta:
        model = EnvironmentBuild
        fields = (
            "id", "state", "reason", "hints", "generation", "digest", "size", "package_count", "started_at", "ended_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_reason(self, build: EnvironmentBuild) -> str:
        """Return how far it is, in words."""
        return progress_of(build)

    def get_package_count(self, build: EnvironmentBuild) -> int:
        """Return how many packages are installed."""
        return len(build.packages)


class RecipeSerializer(serializers.Serializer[Any]):
    """What was asked for."""

    python = serializers.CharField()
    requirements = serializers.ListField(child=serializers.CharField())


class VersionSerializer(serializers.ModelSerializer[EnvironmentVersion]):
    """A version. `warnings` say what was read differently from how it was written."""

    name = serializers.CharField(source="environment.name", read_only=True)
    version = serializers.IntegerField(source="number", read_only=True)
    recipe = RecipeSerializer(read_only=True)
    variables = serializers.DictField(child=serializers.CharField(), read_only=True)
    warnings = serializers.ListField(child=serializers.CharField(), read_only=True)
    build = BuildSerializer(read_only=True)
    next_build = BuildSerializer(read_only=True, allow_null=True, help_text="A rebuild that has not succeeded yet.")
    created_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = EnvironmentVersion
        fields = (
            "id", "name", "version", "recipe", "variables", "warnings", "build", "next_build", "created_by", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class OneVersionSerializer(VersionSerializer):
    """A version with all that is installed, and what it was made from."""

    packages = PackageSerializer(source="build.packages", many=True, read_only=True)
    lock = serializers.CharField(source="build.lock", read_only=True)

    class Meta(VersionSerializer.Meta):
        fields = (*VersionSerializer.Meta.fields, "packages", "lock", "source")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]


class EnvironmentSerializer(serializers.ModelSerializer[Environment]):
    """An environment with its latest version."""

    tags = TagsField(read_only=True)
    latest = serializers.SerializerMethodField()
    created_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Environment
        fields = (
            "id", "name", "description", "tags", "is_curated", "is_anonymous", "latest", "created_by", "created_at",
            "archived_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(VersionSerializer(allow_null=True))
    def get_latest(self, environment: Environment) -> Any:
        """Return the latest version."""
        if environment.latest is None:
            return None
        environment.latest.environment = environment
        return VersionSerializer(environment.latest).data


class CreateVersionSerializer(serializers.Serializer[Any]):
    """A new environment, or the next version of one. What the file says goes before what is left out here."""

    name = serializers.CharField(max_length=255, required=False, allow_blank=True, default="")
    source = serializers.CharField(  # type: ignore[assignment]
        max_length=LONGEST_SOURCE,
        allow_blank=True,
        trim_whitespace=False,
        help_text="Lines of a requirements.txt, a conda file, or an environment YAML of Azure ML.",
    )
    conda_file = serializers.CharField(
        max_length=LONGEST_SOURCE,
        required=False,
        allow_blank=True,
        default="",
        trim_whitespace=False,
        help_text="The content of the file that such a YAML names.",
    )
    python = serializers.RegexField(r"\A(3\.\d{1,2})?\Z", required=False, allow_blank=True, default="")
    description = serializers.CharField(max_length=5000, required=False, allow_blank=True, default="")
    tags = TagsField(required=False, default=dict)
    variables = serializers.DictField(child=serializers.CharField(allow_blank=True), required=False, default=dict)


class ArchiveSerializer(serializers.Serializer[Any]):
    """Put away, or bring back."""

    archived = serializers.BooleanField()
