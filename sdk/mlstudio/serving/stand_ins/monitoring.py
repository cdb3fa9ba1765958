"""``azureml.ai.monitoring`` for environments without that package."""

from mlstudio.serving.monitoring import Collector

__all__ = ["Collector"]
