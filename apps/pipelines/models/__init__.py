from apps.pipelines.models.component import Component, ComponentVersion
from apps.pipelines.models.publishing import PipelineEndpoint, PipelineEndpointVersion, PublishedPipeline
from apps.pipelines.models.running import GraphPart, PipelineGraph, PipelineRun, Step, StepLink, StepResult

__all__ = [
    "Component",
    "ComponentVersion",
    "GraphPart",
    "PipelineEndpoint",
    "PipelineEndpointVersion",
    "PipelineGraph",
    "PipelineRun",
    "PublishedPipeline",
    "Step",
    "StepLink",
    "StepResult",
]
