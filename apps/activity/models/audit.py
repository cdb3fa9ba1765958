"""The audit log."""

from typing import Any, NoReturn, Self

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.ids import uuid7
from apps.workspaces.models import Workspace


class AuditRecordIsFinal(TypeError):
    """Code tried to change or delete what somebody did."""

    def __init__(self) -> None:
        super().__init__("Records of the audit log are only ever added.")


class AuditRecordQuerySet(models.QuerySet["AuditRecord"]):
    """Reads and adds; everything that would change a row is refused."""

    def with_workspace(self) -> Self:
        """Add the name of each record's workspace, as far as there still is one."""
        named = Workspace.objects.filter(pk=OuterRef("workspace_id")).values("name")
        return self.annotate(workspace_name=Subquery(named))

    def update(self, **kwargs: Any) -> NoReturn:
        raise AuditRecordIsFinal

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AuditRecordIsFinal

    def delete(self) -> NoReturn:
        raise AuditRecordIsFinal


class AuditRecord(models.Model):
    """Who did what to what, when and from where. It outlives all of them: names are kept beside the references.

    ``workspace_id`` is empty for what concerns the studio as a whole, such as accounts.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    workspace_id = models.UUIDField(null=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    actor_name = models.CharField(max_length=150, blank=True)
    verb = models.CharField(max_length=60)
    target_kind = models.CharField(max_length=60, blank=True)
    target_id = models.CharField(max_length=60, blank=True)
    target_label = models.CharField(max_length=255, blank=True)
    summary = models.TextField(blank=True)
    detail = models.JSONField(default=dict)
    address = models.GenericIPAddressField(_("address"), null=True)

    objects = AuditRecordQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["workspace_id", "-created_at", "-id"], name="audit_of_workspace"),
            models.Index(fields=["workspace_id", "actor", "-created_at", "-id"], name="audit_of_workspace_by_actor"),
            models.Index(fields=["workspace_id", "verb", "-created_at", "-id"], name="audit_of_workspace_by_verb"),
            models.Index(fields=["-created_at", "-id"], name="audit_by_age"),
            models.Index(fields=["actor", "-created_at", "-id"], name="audit_by_actor"),
            models.Index(fields=["verb", "-created_at", "-id"], name="audit_by_verb"),
        ]

    def __str__(self) -> str:
        return self.summary

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the record.

        Raises:
            AuditRecordIsFinal: it has been stored already.
        """
        if not self._state.adding:
            raise AuditRecordIsFinal
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise AuditRecordIsFinal
