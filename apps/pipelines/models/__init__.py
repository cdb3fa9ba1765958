from apps.pipelines.models.component import Component, ComponentVersion
from apps.pipelines.models.publishing import PipelineEndpoint, PipelineEndpointVersion, PublishedPipeline
from apps.pipelines.models.running import PipelineGraph, PipelineRun, Step, StepLink, StepResult

__all__ = [
    "Component",
    "ComponentVersion",
    "PipelineEndpoint",
    "PipelineEndpointVersion",
    "PipelineGraph",
    "PipelineRun",
    "PublishedPipeline",
    "Step",
    "StepLink",
    "StepResult",
]
