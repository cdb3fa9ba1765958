"""``azureml.ai.monitoring.context`` for environments without that package."""

from mlstudio.serving.monitoring import BasicCorrelationContext, CorrelationContext

__all__ = ["BasicCorrelationContext", "CorrelationContext"]
