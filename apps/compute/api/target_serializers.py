"""Compute targets and their work as JSON."""

from typing import Any

from rest_framework import serializers

from apps.compute.models import ComputeTarget, WorkOrder


class TargetSerializer(serializers.ModelSerializer[ComputeTarget]):
    """A compute target, and how much runs and waits there."""

    paused = serializers.SerializerMethodField()
    running = serializers.IntegerField(read_only=True)
    waiting = serializers.IntegerField(read_only=True)

    class Meta:
        model = ComputeTarget
        fields = ["id", "name", "kind", "description", "max_running", "paused", "running", "waiting", "created_at"]
        read_only_fields = fields

    def get_paused(self, target: ComputeTarget) -> bool:
        """Return whether its queue waits."""
        return target.paused_at is not None


class WriteTargetSerializer(serializers.Serializer[Any]):
    """What can be changed of a target."""

    description = serializers.CharField(max_length=500, allow_blank=True)
    max_running = serializers.IntegerField(
        min_value=1, max_value=100_000, allow_null=True, help_text="Null: as many as its machines have slots for."
    )
    paused = serializers.BooleanField()


class WorkSerializer(serializers.ModelSerializer[WorkOrder]):
    """A piece of work. `subject_id` is the run it is the work of; `waiting_reason` is empty where it does not wait."""

    target = serializers.CharField(source="target.name", read_only=True)
    agent = serializers.CharField(source="agent.name", default=None, read_only=True)
    waiting_reason = serializers.CharField(source="waits_because", read_only=True)
    stages = serializers.ListField(child=serializers.DictField(), read_only=True)

    class Meta:
        model = WorkOrder
        fields = [
            "id",
            "kind",
            "subject_id",
            "title",
            "target",
            "state",
            "waiting_reason",
            "priority",
            "slots",
            "attempt",
            "agent",
            "stage",
            "stages",
            "outcome",
            "exit_code",
            "signal",
            "reason",
            "silent_since",
            "cancel_requested_at",
            "created_at",
            "started_at",
            "ended_at",
        ]
        read_only_fields = fields


class MoveSerializer(serializers.Serializer[Any]):
    """Where in the queue work shall go."""

    to = serializers.ChoiceField(choices=["front", "end"])
