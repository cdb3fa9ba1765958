from apps.environments.models.build import EnvironmentBuild
from apps.environments.models.environment import Environment, EnvironmentQuerySet, EnvironmentVersion

__all__ = ["Environment", "EnvironmentBuild", "EnvironmentQuerySet", "EnvironmentVersion"]
