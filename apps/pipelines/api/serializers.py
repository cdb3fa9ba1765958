"""What the API shows of published pipelines and their endpoints, and the commands it takes."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.pipelines.addresses import endpoint_url, published_url
from apps.pipelines.assigning import Parameter
from apps.pipelines.graph import codec
from apps.pipelines.models import PipelineEndpoint, PipelineEndpointVersion, PublishedPipeline
from apps.pipelines.services.publishing import parameters_of
from apps.workspaces.api.serializers import PersonSerializer

STATUSES = ("Active", "Disabled")


class CalledRunSerializer(serializers.Serializer[Any]):
    """A run that was called."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    status = serializers.CharField()


class ParameterSerializer(serializers.Serializer[Parameter]):
    """An input of a published pipeline. `default`: what it is unless a caller says otherwise; null where it must be given."""

    name = serializers.CharField()
    type = serializers.CharField(source="port.type")
    required = serializers.BooleanField(source="is_required")  # type: ignore[assignment]
    default = serializers.SerializerMethodField(method_name="default_of")
    minimum = serializers.FloatField(source="port.minimum", allow_null=True)
    maximum = serializers.FloatField(source="port.maximum", allow_null=True)
    enum = serializers.ListField(source="port.enum")
    description = serializers.CharField(source="port.description")

    @extend_schema_field(serializers.JSONField(allow_null=True))
    def default_of(self, parameter: Parameter) -> Any:
        """Return a value, or where data is."""
        if parameter.default is None:
            return None
        said = codec.binding_to_json(parameter.default)
        return said.get("value", said.get("path"))


class PublishedSerializer(serializers.ModelSerializer[PublishedPipeline]):
    """A published pipeline. `endpoint`: where it is called by itself, with a personal token."""

    status = serializers.SerializerMethodField()
    endpoint = serializers.SerializerMethodField()
    last_run = CalledRunSerializer(read_only=True, allow_null=True)
    created_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = PublishedPipeline
        fields = (
            "id", "name", "version", "description", "status", "endpoint", "experiment_name", "last_run", "created_by",
            "created_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=STATUSES))
    def get_status(self, published: PublishedPipeline) -> str:
        """Return whether it can be run."""
        return "Active" if published.is_enabled else "Disabled"

    def get_endpoint(self, published: PublishedPipeline) -> str:
        """Return where it is called."""
        return published_url(published)


class OnePublishedSerializer(PublishedSerializer):
    """A published pipeline with its parameters."""

    parameters = serializers.SerializerMethodField()

    class Meta(PublishedSerializer.Meta):
        fields = (*PublishedSerializer.Meta.fields, "parameters")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]

    @extend_schema_field(ParameterSerializer(many=True))
    def get_parameters(self, published: PublishedPipeline) -> Any:
        """Return what can be given."""
        found: Any = parameters_of(published)
        return ParameterSerializer(found, many=True).data


class PublishSerializer(serializers.Serializer[Any]):
    """The pipeline of a run, to publish."""

    run = serializers.UUIDField()
    name = serializers.CharField(max_length=255)
    version = serializers.CharField(max_length=30, required=False, allow_blank=True)
    description = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    experiment_name = serializers.CharField(max_length=255, required=False, allow_blank=True)


class EditPublishedSerializer(serializers.Serializer[Any]):
    """What can be changed of a published pipeline."""

    description = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    is_enabled = serializers.BooleanField(required=False)


class PublishedGraphSerializer(serializers.Serializer[Any]):
    """What a published pipeline runs."""

    graph = serializers.DictField()


class PipelineEndpointSerializer(serializers.ModelSerializer[PipelineEndpoint]):
    """A pipeline endpoint. `endpoint`: where it is called; `default_version` is called unless another is asked for."""

    status = serializers.SerializerMethodField()
    endpoint = serializers.SerializerMethodField()
    default_version = serializers.SerializerMethodField()
    last_run = CalledRunSerializer(read_only=True, allow_null=True)
    created_by = PersonSerializer(read_only=True, allow_null=True)
    modified_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = PipelineEndpoint
        fields = (
            "id", "name", "description", "status", "endpoint", "default_version", "last_run", "created_by", "created_at",
            "modified_by", "updated_at", "archived_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=STATUSES))
    def get_status(self, endpoint: PipelineEndpoint) -> str:
        """Return whether it answers."""
        return "Active" if endpoint.is_enabled and endpoint.archived_at is None else "Disabled"

    def get_endpoint(self, endpoint: PipelineEndpoint) -> str:
        """Return where it is called."""
        return endpoint_url(endpoint)

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_default_version(self, endpoint: PipelineEndpoint) -> int | None:
        """Return the number of the default version."""
        return endpoint.default.number if endpoint.default else None


class EndpointVersionSerializer(serializers.ModelSerializer[PipelineEndpointVersion]):
    """A published pipeline as a version of an endpoint."""

    version = serializers.IntegerField(source="number", read_only=True)
    is_default = serializers.SerializerMethodField()
    published = PublishedSerializer(read_only=True)

    class Meta:
        model = PipelineEndpointVersion
        fields = ("version", "is_default", "published", "created_at")
        read_only_fields = fields

    def get_is_default(self, version: PipelineEndpointVersion) -> bool:
        """Return whether it is called unless another is asked for."""
        return version.endpoint.default_id == version.pk


class CreatePipelineEndpointSerializer(serializers.Serializer[Any]):
    """A new pipeline endpoint. `published`: the id of its version 0."""

    name = serializers.CharField(max_length=255)
    description = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    published = serializers.UUIDField(required=False)


class EditPipelineEndpointSerializer(serializers.Serializer[Any]):
    """What can be changed of a pipeline endpoint."""

    name = serializers.CharField(max_length=255, required=False)
    description = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    is_enabled = serializers.BooleanField(required=False)
    default_version = serializers.IntegerField(required=False, min_value=0)
    archived = serializers.BooleanField(required=False)


class AddVersionSerializer(serializers.Serializer[Any]):
    """A published pipeline to add to an endpoint."""

    published = serializers.UUIDField()
    make_default = serializers.BooleanField(required=False, default=False)


class PipelineKeysSerializer(serializers.Serializer[Any]):
    """The keys of a pipeline endpoint."""

    primary_key = serializers.CharField(source="primary")
    secondary_key = serializers.CharField(source="secondary")


class ReplaceKeySerializer(serializers.Serializer[Any]):
    """Which key to replace."""

    key_type = serializers.ChoiceField(choices=[("primary", "primary"), ("secondary", "secondary")])


class CallSerializer(serializers.Serializer[Any]):
    """What is called, as Azure ML v1 has it. All of it may be left out."""

    ExperimentName = serializers.CharField(max_length=255, required=False, allow_blank=True, allow_null=True)
    Description = serializers.CharField(max_length=20_000, required=False, allow_blank=True, allow_null=True)
    DisplayName = serializers.CharField(max_length=255, required=False, allow_blank=True, allow_null=True)
    Tags = serializers.DictField(child=serializers.CharField(allow_blank=True), required=False, allow_null=True)
    RunSource = serializers.CharField(max_length=100, required=False, allow_blank=True, allow_null=True)
    ContinueOnStepFailure = serializers.BooleanField(required=False, allow_null=True)
    ParameterAssignments = serializers.DictField(
        required=False, allow_null=True, help_text=_("Values by the names of parameters.")
    )
    DataSetDefinitionValueAssignments = serializers.DictField(
        required=False,
        allow_null=True,
        help_text=_('Datasets by the names of parameters: `{"SavedDataSetReference": {"Id": …}}`.'),
    )
    DataPathAssignments = serializers.DictField(
        required=False,
        allow_null=True,
        help_text=_('Paths by the names of parameters: `{"DataStoreName": …, "RelativePath": …}`.'),
    )
    PipelineVersion = serializers.CharField(
        max_length=20,
        required=False,
        allow_blank=True,
        allow_null=True,
        help_text=_("Of an endpoint; else its default one."),
    )


class CalledSerializer(serializers.Serializer[Any]):
    """The run that was submitted."""

    Id = serializers.CharField()
