"""Records of the audit log, and notifications."""

import factory
from factory.django import DjangoModelFactory

from apps.activity.models import AuditRecord, Notification
from tests.accounts.factories import UserFactory


class AuditRecordFactory(DjangoModelFactory[AuditRecord]):
    """Somebody created a workspace; it belongs to none unless ``workspace_id`` says so."""

    class Meta:
        model = AuditRecord

    actor_name = "Ada"
    verb = "workspace.created"
    target_kind = "workspace"
    target_label = "acme"


class NotificationFactory(DjangoModelFactory[Notification]):
    """An unread notification of a new person."""

    class Meta:
        model = Notification

    user = factory.SubFactory(UserFactory)
    title = factory.Sequence(lambda number: f"News {number}")
