"""What can be done with environments."""

from apps.environments.services.builds import follow_order, rebuild, run_of_build, settle_run, start_builds
from apps.environments.services.curated import ensure_curated, ensure_curated_everywhere, ensure_on_demand
from apps.environments.services.machines import known_pythons
from apps.environments.services.references import choices, find_version, resolve, state_of
from apps.environments.services.versions import create_version, set_archived

__all__ = [
    "choices",
    "create_version",
    "ensure_curated",
    "ensure_curated_everywhere",
    "ensure_on_demand",
    "find_version",
    "follow_order",
    "known_pythons",
    "rebuild",
    "resolve",
    "run_of_build",
    "set_archived",
    "settle_run",
    "start_builds",
    "state_of",
]
