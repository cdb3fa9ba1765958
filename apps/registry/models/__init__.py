from apps.registry.models.model import ModelAlias, ModelTag, RegisteredModel
from apps.registry.models.version import ModelFile, ModelVersion

__all__ = ["ModelAlias", "ModelFile", "ModelTag", "ModelVersion", "RegisteredModel"]
