"""What the API shows of schedules, and the commands it takes."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.core.errors import InvalidInput
from apps.schedules.models import Schedule, Tick
from apps.schedules.reading import stored_trigger
from apps.schedules.states import MissedPolicy, OverlapPolicy, ScheduleState, TickState
from apps.schedules.text import describe
from apps.workspaces.api.serializers import PersonSerializer, TagsField


class ScheduleSubjectSerializer(serializers.Serializer[Any]):
    """What a schedule starts."""

    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment] # a field, not the attribute of fields
    source = serializers.CharField()  # type: ignore[assignment] # a field, not the attribute of fields


class ScheduleSerializer(serializers.ModelSerializer[Schedule]):
    """A schedule. `trigger` as it can be sent back; `when` says it in words. `owner`: in whose name it starts things."""

    tags = TagsField(read_only=True)
    trigger = serializers.JSONField(read_only=True)
    when = serializers.SerializerMethodField()
    starts = serializers.SerializerMethodField()
    state = serializers.ChoiceField(choices=ScheduleState.choices, read_only=True)
    missed = serializers.ChoiceField(choices=MissedPolicy.choices, read_only=True)
    overlap = serializers.ChoiceField(choices=OverlapPolicy.choices, read_only=True)
    last_state = serializers.ChoiceField(choices=TickState.choices, read_only=True, allow_blank=True)
    owner = PersonSerializer(read_only=True, allow_null=True)
    url = serializers.SerializerMethodField()

    class Meta:
        model = Schedule
        fields = (
            "id", "name", "display_name", "description", "tags", "state", "state_reason", "problem", "trigger", "when", "starts",
            "missed", "catch_up", "overlap", "owner", "next_at", "last_at", "last_state", "created_at", "updated_at", "url",
        )  # fmt: skip
        read_only_fields = fields

    def get_when(self, schedule: Schedule) -> str:
        """Return when it starts something, in words."""
        try:
            return describe(stored_trigger(schedule.trigger))
        except InvalidInput as error:
            return str(error.message)

    @extend_schema_field(ScheduleSubjectSerializer)
    def get_starts(self, schedule: Schedule) -> Any:
        """Return what it starts."""
        return {"kind": schedule.subject_kind, "label": schedule.subject_label, "source": schedule.subject_source}

    def get_url(self, schedule: Schedule) -> str:
        """Return the path of its page."""
        return schedule.get_absolute_url()


class ScheduleTickSerializer(serializers.ModelSerializer[Tick]):
    """One time of a schedule: what it started, or why nothing. `missed`: further times that it stands for."""

    state = serializers.ChoiceField(choices=TickState.choices, read_only=True)

    class Meta:
        model = Tick
        fields = (
            "id", "at", "state", "reason", "missed", "is_manual", "started_id", "started_label", "started_url", "started_at",
        )  # fmt: skip
        read_only_fields = fields


class SourceSerializer(serializers.Serializer[Any]):
    """What to start: `kind` is `job` or `pipeline`, `source` names a run or a published pipeline. The rest is what differs from
    that; in inputs, `${{creation_context.trigger_time}}` and `${{creation_context.changed_path}}` are filled in each time."""

    kind = serializers.CharField(max_length=20)
    source = serializers.CharField(max_length=500)  # type: ignore[assignment] # a field, not the attribute of fields
    inputs = serializers.DictField(required=False, default=dict)
    tags = TagsField(required=False, default=dict)
    experiment_name = serializers.CharField(max_length=255, required=False, default="", allow_blank=True)
    continue_on_failure = serializers.BooleanField(required=False, allow_null=True, default=None)


class EditScheduleSerializer(serializers.Serializer[Any]):
    """What can be changed of a schedule."""

    display_name = serializers.CharField(max_length=255, required=False, allow_blank=True)
    description = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    tags = TagsField(required=False)
    trigger = serializers.DictField(required=False)
    starts = SourceSerializer(required=False)
    missed = serializers.ChoiceField(choices=MissedPolicy.choices, required=False)
    catch_up = serializers.IntegerField(required=False)
    overlap = serializers.ChoiceField(choices=OverlapPolicy.choices, required=False)


class CreateScheduleSerializer(EditScheduleSerializer):
    """A schedule to make."""

    name = serializers.CharField(max_length=255)
    trigger = serializers.DictField()
    starts = SourceSerializer()
    enabled = serializers.BooleanField(default=True)


class PreviewTriggerSerializer(serializers.Serializer[Any]):
    """A trigger to look at."""

    trigger = serializers.DictField()


class TriggerPreviewSerializer(serializers.Serializer[Any]):
    """A trigger in words, and its next times."""

    when = serializers.CharField()
    next = serializers.ListField(child=serializers.DateTimeField())
