"""Leases, and what runners say of their work, as JSON."""

from datetime import UTC
from typing import Any

from rest_framework import serializers

from apps.compute import tokens
from apps.compute.models import WorkKind, WorkOrder
from apps.compute.states import LEASE_S, RUNNER_OUTCOMES, Outcome, WorkState

LONGEST_WAIT_S = 60
MOST_HELD = 10_000
MOST_STAGES = 50


class LeaseSerializer(serializers.Serializer[Any]):
    """An agent asks for work, and says what it has."""

    free_slots = serializers.IntegerField(min_value=0, max_value=100_000, help_text="Beside what `orders` names.")
    free_builds = serializers.IntegerField(min_value=0, max_value=100, help_text="Beside what `orders` names.")
    orders = serializers.ListField(
        child=serializers.UUIDField(), max_length=MOST_HELD, help_text="All the work it still holds."
    )
    wait_s = serializers.FloatField(
        min_value=0,
        max_value=LONGEST_WAIT_S,
        default=0,
        help_text="How long the answer may take if there is nothing to say.",
    )


class LeasedOrderSerializer(serializers.ModelSerializer[WorkOrder]):
    """Work to start now. The same attempt may be handed out again where the answer got lost."""

    kind = serializers.ChoiceField(choices=WorkKind.choices)
    token = serializers.SerializerMethodField(help_text="The runner's, for this attempt.")
    run_token = serializers.SerializerMethodField(help_text="For the user's code.")
    lease_s = serializers.SerializerMethodField(help_text="Within this time the runner's first heartbeat must come.")
    spec = serializers.DictField()
    unisolated = serializers.SerializerMethodField(
        help_text="Whether an administrator accepted that its user code can read everything on this machine."
    )

    class Meta:
        model = WorkOrder
        fields = ["id", "kind", "attempt", "token", "run_token", "lease_s", "unisolated", "spec"]

    def get_token(self, order: WorkOrder) -> str:
        """Return the token of this attempt."""
        return tokens.make("work", order.pk, order.attempt)

    def get_run_token(self, order: WorkOrder) -> str:
        """Return the token for the user's code."""
        return tokens.make("run", order.pk, order.attempt)

    def get_lease_s(self, order: WorkOrder) -> int:
        """Return the length of a lease."""
        return LEASE_S

    def get_unisolated(self, order: WorkOrder) -> bool:
        """Return whether the order may be done without isolation."""
        return order.agent is not None and order.agent.exposure_accepted_at is not None


class CanceledWorkSerializer(serializers.Serializer[Any]):
    """Work to cancel."""

    id = serializers.UUIDField()
    reason = serializers.CharField(source="cancel_reason")


class LeaseAnswerSerializer(serializers.Serializer[Any]):
    """What to start, what to cancel, and what of the work it holds is no longer the agent's."""

    orders = LeasedOrderSerializer(many=True)
    cancel = CanceledWorkSerializer(many=True)
    over = serializers.ListField(child=serializers.UUIDField())


class MomentField(serializers.DateTimeField):
    """A time that is kept as text, as JSON columns hold it."""

    def to_internal_value(self, value: Any) -> Any:
        """Return the checked time as ISO 8601 in UTC."""
        return super().to_internal_value(value).astimezone(UTC).isoformat()


class StageSerializer(serializers.Serializer[Any]):
    """One thing the runner did or does."""

    name = serializers.CharField(max_length=40)
    started_at = MomentField()
    ended_at = MomentField(allow_null=True)
    detail = serializers.CharField(max_length=1000, allow_blank=True, default="")


class WorkHeartbeatSerializer(serializers.Serializer[Any]):
    """A sign of life of a runner."""

    stage = serializers.CharField(max_length=40, allow_blank=True)
    stages = serializers.ListField(child=StageSerializer(), max_length=MOST_STAGES)
    began = serializers.BooleanField(help_text="Whether the user's command has begun.")


class WorkCancelSerializer(serializers.Serializer[Any]):
    """That the work is to be canceled, and why."""

    reason = serializers.CharField()


class WorkHeartbeatAnswerSerializer(serializers.Serializer[Any]):
    """What the runner is told."""

    cancel = WorkCancelSerializer(allow_null=True)
    heartbeat_s = serializers.IntegerField()
    over = serializers.BooleanField(help_text="The work has ended for the studio; nothing more of it is taken.")


class WorkEndSerializer(serializers.Serializer[Any]):
    """How work ended."""

    outcome = serializers.ChoiceField(choices=RUNNER_OUTCOMES)
    exit_code = serializers.IntegerField(allow_null=True, default=None, min_value=-(2**31), max_value=2**31 - 1)
    signal = serializers.IntegerField(allow_null=True, default=None, min_value=0, max_value=1000)
    error_code = serializers.RegexField(
        "^(UserError|SystemError)?$",
        allow_blank=True,
        default="",
        help_text="Whose fault: UserError, SystemError or empty.",
    )
    reason = serializers.CharField(allow_blank=True, default="", trim_whitespace=False)
    stages = serializers.ListField(child=StageSerializer(), max_length=MOST_STAGES, required=False)
    result = serializers.DictField(default=dict)


class WorkEndAnswerSerializer(serializers.Serializer[Any]):
    """How the work stands now."""

    state = serializers.ChoiceField(choices=WorkState.choices)
    outcome = serializers.ChoiceField(choices=Outcome.choices, allow_blank=True)
