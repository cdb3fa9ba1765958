from apps.registry.models.model import ModelAlias, RegisteredModel
from apps.registry.models.version import ModelFile, ModelVersion

__all__ = ["ModelAlias", "ModelFile", "ModelVersion", "RegisteredModel"]
