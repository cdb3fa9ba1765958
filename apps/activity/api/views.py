"""The audit log of a workspace, and one's own notifications."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.activity import services
from apps.activity.api.serializers import (
    AuditRecordSerializer,
    MarkReadSerializer,
    NotificationSerializer,
    UnreadSerializer,
)
from apps.activity.filters import AuditFilter, NotificationFilter
from apps.activity.models import AuditRecord, Notification
from apps.core.access import Access, Level
from apps.workspaces.access import WorkspaceAPI, workspace_access
from apps.workspaces.roles import Action


class WorkspaceActivity(WorkspaceAPI, ListAPIView[AuditRecord]):
    """Who did what in a workspace, newest first."""

    access = workspace_access(get=Action.ACTIVITY_READ)
    serializer_class = AuditRecordSerializer
    filterset_class = AuditFilter
    queryset = AuditRecord.objects.none()

    def get_queryset(self) -> QuerySet[AuditRecord]:
        return AuditRecord.objects.filter(workspace_id=self.workspace.pk)


class NotificationCollection(ListAPIView[Notification]):
    """One's own notifications, newest first."""

    access = Access(Level.SIGNED_IN, {"GET": ""})
    serializer_class = NotificationSerializer
    filterset_class = NotificationFilter
    queryset = Notification.objects.none()

    def get_queryset(self) -> QuerySet[Notification]:
        return Notification.objects.visible_to(self.request.user)


class NotificationsRead(APIView):
    """Marks one's own notifications as read."""

    access = Access(Level.SIGNED_IN, {"POST": ""})

    @extend_schema(request=MarkReadSerializer, responses=UnreadSerializer)
    def post(self, request: Request) -> Response:
        """Mark the named notifications as read, or all of them."""
        command = MarkReadSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        unread = services.mark_read(user=request.user, ids=command.validated_data.get("ids"))
        return Response(UnreadSerializer({"unread": unread}).data)
