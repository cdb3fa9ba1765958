"""What the API shows of endpoints, and the commands it takes."""

from typing import Any

from rest_framework import serializers

from apps.endpoints.addresses import scoring_url, swagger_url
from apps.endpoints.models import Deployment, Endpoint, Replica, Revision
from apps.endpoints.states import REPORTED, AuthMode
from apps.workspaces.api.serializers import PersonSerializer, TagsField

LONGEST_REASON = 2000
MOST_SCHEMA_BYTES = 256 * 1024


class ReplicaReportSerializer(serializers.Serializer[Any]):
    """What a runner says of its server."""

    state = serializers.ChoiceField(choices=REPORTED)
    reason = serializers.CharField(allow_blank=True, default="", max_length=20_000)
    address = serializers.RegexField(
        r"\Aunix:/[^\x00]{1,107}\Z", allow_blank=True, default="", help_text="Where it listens: `unix:/…`."
    )
    schema = serializers.DictField(allow_null=True, default=None, help_text="What it takes and gives.")
    figures = serializers.DictField(allow_null=True, default=None, help_text="Memory, processor, requests.")

    def validate_reason(self, value: str) -> str:
        """Keep what fits; the log has the rest."""
        return value[:LONGEST_REASON]


class ReplicaAnswerSerializer(serializers.Serializer[Any]):
    """What the runner is told."""

    drain = serializers.BooleanField(help_text="Finish what is under way, and end.")


class ReplicaSerializer(serializers.ModelSerializer[Replica]):
    """One server of a deployment."""

    revision = serializers.IntegerField(source="revision.number", read_only=True)
    reason = serializers.CharField(source="words", read_only=True)

    class Meta:
        model = Replica
        fields = ("id", "revision", "state", "reason", "figures", "created_at", "ready_at", "ended_at")
        read_only_fields = fields


class RevisionSerializer(serializers.ModelSerializer[Revision]):
    """The settings of a deployment at one time."""

    model = serializers.CharField(source="model_name", read_only=True)
    environment = serializers.CharField(source="environment_name", read_only=True)

    class Meta:
        model = Revision
        fields = (
            "number", "state", "reason", "model", "entry_script", "environment", "variables", "request_settings",
            "memory_mb", "warnings", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class DeploymentSerializer(serializers.ModelSerializer[Deployment]):
    """A deployment, and what it serves with. `provisioning_state` says the state as Azure ML does."""

    endpoint_name = serializers.CharField(source="endpoint.name", read_only=True)
    provisioning_state = serializers.CharField(read_only=True)
    revision = RevisionSerializer(read_only=True, allow_null=True)
    candidate = RevisionSerializer(read_only=True, allow_null=True)
    created_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Deployment
        fields = (
            "name", "endpoint_name", "state", "provisioning_state", "reason", "instance_count", "revision", "candidate",
            "created_by", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class EndpointSerializer(serializers.ModelSerializer[Endpoint]):
    """An endpoint."""

    tags = TagsField(read_only=True)
    scoring_uri = serializers.SerializerMethodField()
    openapi_uri = serializers.SerializerMethodField()
    created_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Endpoint
        fields = (
            "id", "name", "description", "tags", "auth_mode", "traffic", "mirror", "scoring_uri", "openapi_uri", "created_by",
            "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_scoring_uri(self, endpoint: Endpoint) -> str:
        """Return where requests go."""
        return scoring_url(endpoint)

    def get_openapi_uri(self, endpoint: Endpoint) -> str:
        """Return where its OpenAPI document is."""
        return swagger_url(endpoint)


class CreateEndpointSerializer(serializers.Serializer[Any]):
    """A new endpoint: its fields, or `file`, an endpoint as Azure ML v2 writes it."""

    file = serializers.CharField(required=False, max_length=262_144, help_text="The YAML.")
    name = serializers.CharField(required=False, max_length=32)
    description = serializers.CharField(required=False, allow_blank=True, max_length=20_000)
    auth_mode = serializers.ChoiceField(choices=AuthMode.choices, required=False)
    tags = TagsField(required=False)


class EditEndpointSerializer(serializers.Serializer[Any]):
    """What can be changed of an endpoint."""

    description = serializers.CharField(required=False, allow_blank=True, max_length=20_000)
    auth_mode = serializers.ChoiceField(choices=AuthMode.choices, required=False)
    tags = TagsField(required=False)


class SharesField(serializers.DictField):
    """Percents by the names of deployments."""

    child = serializers.IntegerField(min_value=0, max_value=100)


class TrafficSerializer(serializers.Serializer[Any]):
    """Who gets the requests: percents by the names of deployments, together 0 or 100; and who gets copies of some."""

    traffic = SharesField(required=False)
    mirror = SharesField(required=False)


class KeysSerializer(serializers.Serializer[Any]):
    """The keys of an endpoint."""

    primary_key = serializers.CharField(source="primary")
    secondary_key = serializers.CharField(source="secondary")


class RegenerateKeySerializer(serializers.Serializer[Any]):
    """Which key to replace."""

    key_type = serializers.ChoiceField(choices=[("primary", "primary"), ("secondary", "secondary")])


class CallTokenSerializer(serializers.Serializer[Any]):
    """A token that opens the endpoint for some hours."""

    token = serializers.CharField(source="value")
    expires_at = serializers.DateTimeField()
    refresh_after = serializers.DateTimeField()


class CreateDeploymentSerializer(serializers.Serializer[Any]):
    """A deployment: its fields, or `file`, one as Azure ML v2 writes it. In a form, `code` is a zip of the code folder."""

    file = serializers.CharField(required=False, max_length=262_144, help_text="The YAML.")
    files = serializers.DictField(
        child=serializers.CharField(max_length=262_144), required=False, help_text="Texts of files it names, by path."
    )
    name = serializers.CharField(required=False, max_length=32)
    model = serializers.CharField(required=False, allow_blank=True, max_length=300, help_text="Such as `iris:2`.")
    entry_script = serializers.CharField(required=False, allow_blank=True, max_length=500)
    environment = serializers.JSONField(required=False, allow_null=True, help_text="Guessed where it is left out.")
    environment_variables = serializers.DictField(
        child=serializers.CharField(max_length=10_000, allow_blank=True, trim_whitespace=False), required=False
    )
    request_settings = serializers.DictField(child=serializers.IntegerField(), required=False)
    memory_mb = serializers.IntegerField(required=False, allow_null=True)
    instance_count = serializers.IntegerField(required=False)
    all_traffic = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="Left out: if it is the endpoint's first."
    )


class DeploymentFileSerializer(serializers.Serializer[Any]):
    """A deployment file."""

    file = serializers.CharField(max_length=262_144, help_text="The YAML.")


class DeploymentNeedsSerializer(serializers.Serializer[Any]):
    """Paths of what must be sent with a deployment file; empty where it needs none."""

    endpoint_name = serializers.CharField(allow_blank=True)
    name = serializers.CharField(allow_blank=True)
    code = serializers.CharField(allow_blank=True)
    conda_file = serializers.CharField(allow_blank=True)
    model = serializers.CharField(allow_blank=True)
    model_type = serializers.CharField(allow_blank=True)


class ScaleSerializer(serializers.Serializer[Any]):
    """How many replicas there shall be."""

    instance_count = serializers.IntegerField()


class InvokeSerializer(serializers.Serializer[Any]):
    """A request to try the endpoint with."""

    body = serializers.CharField(allow_blank=True, trim_whitespace=False, max_length=8 * 2**20)
    deployment = serializers.CharField(required=False, allow_blank=True, default="", max_length=32)
    path = serializers.ChoiceField(
        choices=[("score", "score"), ("invocations", "invocations")], default="score", required=False
    )


class InvokedSerializer(serializers.Serializer[Any]):
    """What the endpoint answered. `took_ms` from the studio's point of view."""

    status = serializers.IntegerField()
    took_ms = serializers.FloatField()
    content_type = serializers.CharField()
    deployment = serializers.CharField(allow_blank=True)
    request_id = serializers.CharField(allow_blank=True)
    body = serializers.CharField()
