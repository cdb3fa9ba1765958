from apps.activity.models.audit import AuditRecord
from apps.activity.models.notification import Level, Notification

__all__ = ["AuditRecord", "Level", "Notification"]
