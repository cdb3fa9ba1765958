"""With which packages a model is served."""

from collections.abc import Mapping, Sequence
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from apps.accounts.models import User
from apps.endpoints.errors import EnvironmentUnusable
from apps.environments.curated import SKLEARN
from apps.environments.services import resolve
from apps.experiments.hooks import ResolvedEnvironment
from apps.registry.models import ModelVersion
from apps.registry.states import ModelType
from apps.workspaces.models import Workspace

# What loading and calling a model takes of MLflow; the whole of it brings a server and a database of its own.
SKINNY, FULL = "mlflow-skinny", "mlflow"
BESIDE_SKINNY = ("pandas", "numpy")


def environment_for(
    *, actor: User, workspace: Workspace, model: ModelVersion | None, reference: Any = None
) -> ResolvedEnvironment:
    """Return the environment that was asked for, else the one that the model says it needs.

    Args: reference: a name (``sklearn:1``) or the mapping of a file; None to have it guessed.

    Raises:
        UserError: there is none, or it will never be ready.
    """
    found = resolve(workspace, reference or guessed(model), actor)
    if found.has_failed:
        raise EnvironmentUnusable(found.name, found.reason)
    return found


def guessed(model: ModelVersion | None) -> Any:
    """Return the reference of the environment for a model: of its own requirements, else the one that trained it."""
    if model is None:
        return SKLEARN
    manifest: Mapping[str, Any] = model.manifest or {}
    requirements = [str(line) for line in manifest.get("requirements") or []]
    if model.type == ModelType.MLFLOW and requirements:
        python = ".".join(str(manifest.get("python_version") or "").split(".")[:2])
        packages = [f"python={python}"] if python else []
        return {"conda_file": {"dependencies": [*packages, "pip", {"pip": for_serving(requirements)}]}}
    return model.environment or SKLEARN


def for_serving(requirements: Sequence[str]) -> list[str]:
    """Return a model's requirements with the part of MLflow that serving needs in place of all of it."""
    found: list[str] = []
    names: set[str] = set()
    for line in requirements:
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            found.append(line)  # reading the environment says what is wrong with it
            continue
        if requirement.name.lower() == FULL:
            requirement.name, requirement.extras = SKINNY, set()
        names.add(requirement.name.lower())
        found.append(str(requirement))
    return found + [name for name in BESIDE_SKINNY if SKINNY in names and name not in names]
