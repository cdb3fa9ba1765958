from apps.compute.models.agents import Agent, AgentQuerySet, Isolation
from apps.compute.models.orders import WorkKind, WorkOrder, WorkOrderQuerySet
from apps.compute.models.targets import LOCAL, ComputeTarget, TargetKind
from apps.compute.models.usage import UsageSample, Watch

__all__ = [
    "LOCAL",
    "Agent",
    "AgentQuerySet",
    "ComputeTarget",
    "Isolation",
    "TargetKind",
    "UsageSample",
    "Watch",
    "WorkKind",
    "WorkOrder",
    "WorkOrderQuerySet",
]
