"""What experiments ask of the apps to their left, and tell them."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from apps.core.hooks import Hook
from apps.experiments.models import Run
from apps.workspaces.models import Workspace


@dataclass(frozen=True)
class ResolvedEnvironment:
    """What a reference to an environment means now. ``name`` is ``name:version``.

    ``is_ready``: its build has succeeded, and ``spec`` is what a machine needs: ``{"name", "digest", "lock", "python"}``.
    Else ``reason`` says in words how far it is ("building the environment, 40 s so far"), or with ``has_failed`` why it will
    never be ready. ``warnings`` say what of the reference was read differently ("AzureML-sklearn-1.0 is read as sklearn:1").
    """

    id: UUID
    name: str
    variables: dict[str, str] = field(default_factory=dict)
    is_ready: bool = False
    has_failed: bool = False
    reason: str = ""
    spec: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class EnvironmentChoice:
    """An environment that a new run can choose. ``reference`` is what is submitted (``sklearn:1``), ``hint`` says in words how
    far it is ("scikit-learn 1.7 · ready", "building, 40 s so far"); without ``is_ready`` a run waits for its build."""

    reference: str
    label: str
    hint: str
    is_ready: bool


resolve_environment: Hook[[Workspace, Any, Any], ResolvedEnvironment | None] = Hook("resolve_environment")
"""``(workspace, reference, actor)``: find an environment by ``name``, ``name:version``, ``name@latest``,
``azureml:name:version`` or the mapping of a job file (``{"image", "conda_file": {…}}``, which makes an anonymous one; its
``conda_file`` has been read into a mapping already). Raises UserError where there is none."""
environment_state: Hook[[UUID], ResolvedEnvironment | None] = Hook("environment_state")
"""``(environment version id)``: how far that version is now."""
environment_choices: Hook[[Workspace], list[EnvironmentChoice]] = Hook("environment_choices")
"""``(workspace)``: the environments that a new run there can choose, the ones for most people first."""
run_ended: Hook[[Run], None] = Hook("run_ended")
"""``(run)``: a run of any kind has ended, in the transaction that ended it."""
