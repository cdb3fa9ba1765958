"""What a workspace's home page shows of its activity."""

from typing import Any

from apps.activity.models import AuditRecord
from apps.activity.sentences import sentence_html
from apps.core.hooks import HomeCard
from apps.workspaces.roles import Action, role_allows

SHOWN_RECORDS = 8


def recent_activity(request: Any) -> list[HomeCard]:
    """Return the newest records of the request's workspace, for members who may read its activity."""
    if not role_allows(request.membership.role, Action.ACTIVITY_READ):
        return []
    newest = AuditRecord.objects.filter(workspace_id=request.workspace.pk).order_by("-created_at", "-pk")[
        :SHOWN_RECORDS
    ]
    lines = [(record.created_at, sentence_html(record)) for record in newest]
    return [HomeCard("activity/_recent.html", {"lines": lines, "workspace": request.workspace})] if lines else []
