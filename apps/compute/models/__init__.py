from apps.compute.models.agents import Agent, AgentQuerySet, Isolation
from apps.compute.models.orders import WorkKind, WorkOrder, WorkOrderQuerySet
from apps.compute.models.targets import ComputeTarget, TargetKind

__all__ = [
    "Agent",
    "AgentQuerySet",
    "ComputeTarget",
    "Isolation",
    "TargetKind",
    "WorkKind",
    "WorkOrder",
    "WorkOrderQuerySet",
]
