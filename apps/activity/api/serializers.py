"""The audit log and notifications as JSON."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from apps.activity.models import AuditRecord, Notification
from apps.activity.sentences import sentence_of


class AuditRecordSerializer(serializers.ModelSerializer[AuditRecord]):
    """One thing that somebody did."""

    sentence = serializers.SerializerMethodField(help_text=_("What happened, in words."))

    class Meta:
        model = AuditRecord
        fields = [
            "id",
            "created_at",
            "actor",
            "actor_name",
            "verb",
            "target_kind",
            "target_id",
            "target_label",
            "sentence",
            "summary",
            "detail",
            "address",
        ]
        read_only_fields = fields

    def get_sentence(self, record: AuditRecord) -> str:
        """Return the record in words."""
        return sentence_of(record)


class NotificationSerializer(serializers.ModelSerializer[Notification]):
    """News for the person who asks."""

    class Meta:
        model = Notification
        fields = ["id", "created_at", "title", "body", "url", "level", "kind", "read_at"]
        read_only_fields = fields


class MarkReadSerializer(serializers.Serializer[Any]):
    """Which notifications to mark as read."""

    ids = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=1000, help_text=_("Leave out to mark all as read.")
    )


class UnreadSerializer(serializers.Serializer[Any]):
    """How many notifications are still unread."""

    unread = serializers.IntegerField()
