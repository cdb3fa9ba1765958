from apps.compute.models.agents import Agent, AgentQuerySet, Isolation
from apps.compute.models.orders import WITHOUT_SLOT, WorkKind, WorkOrder, WorkOrderQuerySet
from apps.compute.models.targets import LOCAL, ComputeTarget, TargetKind
from apps.compute.models.usage import UsageSample, Watch

__all__ = [
    "LOCAL",
    "WITHOUT_SLOT",
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
