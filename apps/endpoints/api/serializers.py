"""What the API shows of endpoints, and the commands it takes."""

from typing import Any

from rest_framework import serializers

from apps.endpoints.addresses import scoring_url, swagger_url
from apps.endpoints.models import Deployment, Endpoint, Replica, Revision, ScaleEvent
from apps.endpoints.states import MOST_PER_MINUTE, REPORTED, ROLLING_S, AuthMode
from apps.workspaces.api.serializers import PersonSerializer, TagsField

LONGEST_REASON = 2000
MOST_SCHEMA_BYTES = 256 * 1024


class ReplicaReportSerializer(serializers.Serializer[Any]):
    """What a runner says of its server."""

    state = serializers.ChoiceField(choices=REPORTED)
    reason = serializers.CharField(allow_blank=True, default="", max_length=20_000)
    address = serializers.RegexField(
        r"\A(?:unix:/[^\x00]{1,107}|tcp:[A-Za-z0-9_.:\[\]-]{3,190})\Z",
        allow_blank=True,
        default="",
        help_text="Where it listens: `unix:/…`, or `tcp:host:port` for gateways on other machines.",
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
    cpus = serializers.FloatField(read_only=True, allow_null=True)

    class Meta:
        model = Revision
        fields = (
            "number", "state", "reason", "model", "entry_script", "environment", "variables", "request_settings",
            "memory_mb", "cpus", "sample", "warnings", "created_at",
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
            "name", "endpoint_name", "state", "provisioning_state", "reason", "instance_count", "scaling", "scale_reason",
            "scaled_at", "collection", "collection_reason", "revision", "candidate", "created_by", "created_at", "updated_at",
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
            "id", "name", "description", "tags", "auth_mode", "requests_per_minute", "traffic", "mirror", "scoring_uri",
            "openapi_uri", "created_by", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_scoring_uri(self, endpoint: Endpoint) -> str:
        """Return where requests go."""
        return scoring_url(endpoint)

    def get_openapi_uri(self, endpoint: Endpoint) -> str:
        """Return where its OpenAPI document is."""
        return swagger_url(endpoint)


class QuotaField(serializers.IntegerField):
    """How many requests a minute each key may ask for."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            min_value=1,
            max_value=MOST_PER_MINUTE,
            allow_null=True,
            help_text="For each key; null for any number.",
            **kwargs,
        )


class SettingsField(serializers.ListField):
    """Changes of what a file says, such as `instance_count=2`."""

    child = serializers.CharField(max_length=10_000)


class CreateEndpointSerializer(serializers.Serializer[Any]):
    """A new endpoint: its fields, or `file`, an endpoint as Azure ML v2 writes it."""

    file = serializers.CharField(required=False, max_length=262_144, help_text="The YAML.")
    set = SettingsField(required=False, default=list)
    name = serializers.CharField(required=False, max_length=32)
    description = serializers.CharField(required=False, allow_blank=True, max_length=20_000)
    auth_mode = serializers.ChoiceField(choices=AuthMode.choices, required=False)
    requests_per_minute = QuotaField(required=False)
    tags = TagsField(required=False)


class EditEndpointSerializer(serializers.Serializer[Any]):
    """What can be changed of an endpoint: fields, or `file`, an endpoint as Azure ML v2 writes it, with its traffic."""

    file = serializers.CharField(required=False, max_length=262_144, help_text="The YAML.")
    set = SettingsField(required=False, default=list)
    description = serializers.CharField(required=False, allow_blank=True, max_length=20_000)
    auth_mode = serializers.ChoiceField(choices=AuthMode.choices, required=False)
    requests_per_minute = QuotaField(required=False)
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


class ScalingSerializer(serializers.Serializer[Any]):
    """How the number of replicas follows the load. What is left out has its default; empty, the number is fixed."""

    min_instances = serializers.IntegerField(required=False, help_text="0: none while nobody asks.")
    max_instances = serializers.IntegerField(required=False)
    target_utilization = serializers.IntegerField(required=False, help_text="In percent of the requests at once.")
    cool_down_s = serializers.IntegerField(required=False, help_text="How long fewer must have been enough.")
    wake_wait_ms = serializers.IntegerField(required=False, help_text="How long a request waits for the first replica.")


class CollectionSerializer(serializers.Serializer[Any]):
    """What is collected of requests into datasets. Empty for nothing."""

    inputs = serializers.BooleanField(required=False)
    outputs = serializers.BooleanField(required=False)
    sampling_rate = serializers.FloatField(required=False, help_text="Above 0, up to 1.")
    rolling_rate = serializers.ChoiceField(choices=[(name, name) for name in ROLLING_S], required=False)


class CreateDeploymentSerializer(serializers.Serializer[Any]):
    """A deployment: its fields, or `file`, one as Azure ML v2 writes it. In a form, `code` is a zip of the code folder."""

    file = serializers.CharField(required=False, max_length=262_144, help_text="The YAML.")
    set = SettingsField(required=False, default=list)
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
    cpus = serializers.DecimalField(
        max_digits=7,
        decimal_places=3,
        required=False,
        allow_null=True,
        help_text="Cores that each replica may use, at least 0.1; left out: as many as the machine has.",
    )
    sample = serializers.JSONField(
        required=False, allow_null=True, help_text="A request that each replica must answer before it gets any other."
    )
    instance_count = serializers.IntegerField(required=False)
    scaling = ScalingSerializer(required=False)
    collection = CollectionSerializer(required=False)
    all_traffic = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="Left out: if it is the endpoint's first."
    )


class DeploymentFileSerializer(serializers.Serializer[Any]):
    """A deployment file."""

    file = serializers.CharField(max_length=262_144, help_text="The YAML.")
    set = SettingsField(required=False, default=list)


class DeploymentNeedsSerializer(serializers.Serializer[Any]):
    """Paths of what must be sent with a deployment file; empty where it needs none."""

    endpoint_name = serializers.CharField(allow_blank=True)
    name = serializers.CharField(allow_blank=True)
    code = serializers.CharField(allow_blank=True)
    conda_file = serializers.CharField(allow_blank=True)
    model = serializers.CharField(allow_blank=True)
    model_type = serializers.CharField(allow_blank=True)


class EditDeploymentSerializer(serializers.Serializer[Any]):
    """What changes without a new revision: a fixed number of replicas, or how it follows the load, and what is collected."""

    instance_count = serializers.IntegerField(required=False)
    scaling = ScalingSerializer(required=False)
    collection = CollectionSerializer(required=False)


class RollBackSerializer(serializers.Serializer[Any]):
    """Which revision to roll out once more."""

    number = serializers.IntegerField(min_value=1)


class ScaleEventSerializer(serializers.ModelSerializer[ScaleEvent]):
    """That a deployment was given more or fewer replicas, and why."""

    class Meta:
        model = ScaleEvent
        fields = ("before", "after", "reason", "by_load", "created_at")
        read_only_fields = fields


class PassSerializer(serializers.Serializer[Any]):
    """What somebody needs to try an endpoint: send `Authorization: Bearer <token>` to `<path>score` of the studio's address."""

    token = serializers.CharField()
    path = serializers.CharField()
    expires_at = serializers.DateTimeField()
