"""Machines and heartbeats as JSON."""

from typing import Any

from rest_framework import serializers

from apps.compute.models import Agent, Isolation
from apps.compute.states import AgentState

MOST_GPUS = 64
MOST_PYTHONS = 50
LARGEST = 2**50


class GpuSerializer(serializers.Serializer[Any]):
    """One GPU of a machine."""

    name = serializers.CharField(max_length=120)
    memory_mb = serializers.IntegerField(min_value=0, max_value=LARGEST)


class AgentSerializer(serializers.ModelSerializer[Agent]):
    """A machine and its agent. Sizes in MB."""

    state = serializers.ChoiceField(choices=AgentState.choices, read_only=True)
    gpus = GpuSerializer(many=True, read_only=True)
    pythons = serializers.ListField(child=serializers.CharField(), read_only=True)
    may_run_user_code = serializers.BooleanField(
        read_only=True, help_text="Whether it keeps user code apart, or an administrator accepted that it does not."
    )

    class Meta:
        model = Agent
        fields = [
            "id",
            "name",
            "state",
            "last_seen_at",
            "version",
            "started_at",
            "isolation",
            "isolation_detail",
            "may_run_user_code",
            "exposure_accepted_at",
            "hostname",
            "system",
            "python_version",
            "cores",
            "load",
            "memory_total_mb",
            "memory_available_mb",
            "disk_total_mb",
            "disk_free_mb",
            "gpus",
            "pythons",
            "slots",
            "created_at",
        ]
        read_only_fields = fields


class MachineFactsSerializer(serializers.Serializer[Any]):
    """What an agent says of its machine. Sizes in MB."""

    hostname = serializers.CharField(max_length=255)
    system = serializers.CharField(max_length=255, allow_blank=True)
    python_version = serializers.CharField(max_length=40)
    boot_id = serializers.CharField(max_length=64, allow_blank=True)
    cores = serializers.IntegerField(min_value=1, max_value=100_000)
    load = serializers.FloatField(min_value=0, max_value=1_000_000)
    memory_total_mb = serializers.IntegerField(min_value=0, max_value=LARGEST)
    memory_available_mb = serializers.IntegerField(min_value=0, max_value=LARGEST)
    disk_total_mb = serializers.IntegerField(min_value=0, max_value=LARGEST)
    disk_free_mb = serializers.IntegerField(min_value=0, max_value=LARGEST)
    gpus = serializers.ListField(child=GpuSerializer(), max_length=MOST_GPUS)
    pythons = serializers.ListField(
        child=serializers.RegexField(r"^3\.\d{1,2}$"),
        max_length=MOST_PYTHONS,
        required=False,
        help_text="Versions of the Python interpreters that environments can have there.",
    )
    slots = serializers.IntegerField(
        min_value=1,
        max_value=100_000,
        required=False,
        help_text="How much work it takes at once; by default its cores.",
    )


class IsolationSerializer(serializers.Serializer[Any]):
    """How the machine keeps user code apart, found out by trying."""

    kind = serializers.ChoiceField(choices=[choice for choice in Isolation.values if choice])
    detail = serializers.CharField(allow_blank=True)
    accepted = serializers.BooleanField(
        default=False, help_text="Whether the agent's own settings accept that user code can read everything there."
    )


class HeartbeatSerializer(serializers.Serializer[Any]):
    """One heartbeat of an agent."""

    version = serializers.CharField(max_length=40)
    started_at = serializers.DateTimeField()
    isolation = IsolationSerializer()
    machine = MachineFactsSerializer()

    def to_facts(self) -> dict[str, Any]:
        """Return the checked values by field name of ``Agent``."""
        data = self.validated_data
        return {
            "slots": data["machine"]["cores"],
            **data["machine"],
            "gpus": [dict(gpu) for gpu in data["machine"]["gpus"]],
            "version": data["version"],
            "started_at": data["started_at"],
            "isolation": data["isolation"]["kind"],
            "isolation_detail": data["isolation"]["detail"][:500],
            "exposure_accepted_there": data["isolation"]["accepted"],
        }


class HeartbeatAnswerSerializer(serializers.Serializer[Any]):
    """What the studio answers."""

    agent = serializers.UUIDField()
    heartbeat_s = serializers.IntegerField()
