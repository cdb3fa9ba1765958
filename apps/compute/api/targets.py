"""Compute targets and their work, for people's programs."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.compute import services
from apps.compute.api.target_serializers import MoveSerializer, TargetSerializer, WorkSerializer, WriteTargetSerializer
from apps.compute.filters import WorkFilter
from apps.compute.models import ComputeTarget, WorkOrder
from apps.workspaces.access import WorkspaceAPI, workspace_access
from apps.workspaces.roles import Action


class TargetCollection(WorkspaceAPI, ListAPIView[ComputeTarget]):
    """Where the work of the workspace can go."""

    access = workspace_access(get=Action.COMPUTE_READ)
    serializer_class = TargetSerializer
    queryset = ComputeTarget.objects.none()

    def get_queryset(self) -> QuerySet[ComputeTarget]:
        return ComputeTarget.objects.filter(workspace=self.workspace).with_counts()


class TargetItem(WorkspaceAPI, GenericAPIView[ComputeTarget]):
    """One compute target."""

    access = workspace_access(get=Action.COMPUTE_READ, patch=Action.COMPUTE_MANAGE)
    serializer_class = TargetSerializer
    queryset = ComputeTarget.objects.none()

    def found(self, target_id: UUID) -> ComputeTarget:
        """Return the target of this workspace with that id."""
        rows = ComputeTarget.objects.select_related("workspace").with_counts()
        return get_object_or_404(rows, pk=target_id, workspace=self.workspace)

    def get(self, request: Request, name: str, target_id: UUID) -> Response:
        """Return the target."""
        return Response(TargetSerializer(self.found(target_id)).data)

    @extend_schema(request=WriteTargetSerializer)
    def patch(self, request: Request, name: str, target_id: UUID) -> Response:
        """Describe, limit, pause or resume the target."""
        target = self.found(target_id)
        command = WriteTargetSerializer(data=request.data, partial=True)
        command.is_valid(raise_exception=True)
        changes = dict(command.validated_data)
        paused = changes.pop("paused", None)
        if changes:
            services.edit_target(actor=self.actor, target=target, **changes)
        if paused is not None:
            change = services.pause_target if paused else services.resume_target
            change(actor=self.actor, target=target)
        return Response(TargetSerializer(self.found(target_id)).data)


class WorkCollection(WorkspaceAPI, ListAPIView[WorkOrder]):
    """The work of the workspace, the newest first; what waits says why."""

    access = workspace_access(get=Action.COMPUTE_READ)
    serializer_class = WorkSerializer
    queryset = WorkOrder.objects.none()
    filterset_class = WorkFilter

    def get_queryset(self) -> QuerySet[WorkOrder]:
        rows = WorkOrder.objects.filter(workspace=self.workspace)
        return rows.select_related("target__workspace", "agent").defer("spec", "result")

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        reasons = services.waiting_reasons(page or [])
        for order in page or []:
            order.waits_because = reasons.get(order.pk, "")
        return page


class WorkItem(WorkspaceAPI, GenericAPIView[WorkOrder]):
    """One piece of work."""

    access = workspace_access(get=Action.COMPUTE_READ)
    serializer_class = WorkSerializer
    queryset = WorkOrder.objects.none()

    def found(self, order_id: UUID) -> WorkOrder:
        """Return the work of this workspace with that id."""
        rows = WorkOrder.objects.select_related("target__workspace", "agent", "workspace")
        return get_object_or_404(rows, pk=order_id, workspace=self.workspace)

    def answer(self, order_id: UUID) -> Response:
        """Return the work as it is now."""
        order = self.found(order_id)
        order.waits_because = services.waiting_reason(order)  # type: ignore[attr-defined]
        return Response(WorkSerializer(order).data)

    def get(self, request: Request, name: str, order_id: UUID) -> Response:
        """Return the work."""
        return self.answer(order_id)


class CancelWork(WorkItem):
    """Cancels work."""

    access = workspace_access(post=Action.COMPUTE_MANAGE)
    http_method_names = ["post"]

    @extend_schema(request=None)
    def post(self, request: Request, name: str, order_id: UUID) -> Response:
        """End work that waits, at once; ask the runner of work that a machine has."""
        services.cancel_work(actor=self.actor, order=self.found(order_id))
        return self.answer(order_id)


class MoveWork(WorkItem):
    """Moves work within its queue."""

    access = workspace_access(post=Action.COMPUTE_MANAGE)
    http_method_names = ["post"]

    @extend_schema(request=MoveSerializer)
    def post(self, request: Request, name: str, order_id: UUID) -> Response:
        """Move waiting work to the front of its target's queue, or to the end."""
        order = self.found(order_id)
        command = MoveSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        first = command.validated_data["to"] == "front"
        services.prioritise_work(actor=self.actor, orders=[order], first=first)
        return self.answer(order_id)
