"""What can be done with endpoints and their deployments."""

from apps.endpoints.services.collecting import set_collection
from apps.endpoints.services.deployments import (
    Settings,
    create_deployment,
    delete_deployment,
    find_deployment,
    give_up_update,
    set_traffic,
    settings_of,
    update_deployment,
)
from apps.endpoints.services.endpoints import (
    CallToken,
    create_endpoint,
    delete_endpoint,
    edit_endpoint,
    find_endpoint,
    keys_of,
    make_token,
    regenerate_key,
)
from apps.endpoints.services.environments import environment_for, guessed
from apps.endpoints.services.housekeeping import free_workspace, prune
from apps.endpoints.services.readings import record_readings
from apps.endpoints.services.replica_logs import drop_old_logs
from apps.endpoints.services.replicas import follow_order, record_report
from apps.endpoints.services.rolling import free_collected, part_key, roll_parts, take_part, write_collected
from apps.endpoints.services.rollout import reconcile, reconcile_all
from apps.endpoints.services.scaling import record_loads, scale_deployment, set_scaling

__all__ = [
    "CallToken",
    "Settings",
    "create_deployment",
    "create_endpoint",
    "delete_deployment",
    "delete_endpoint",
    "drop_old_logs",
    "edit_endpoint",
    "environment_for",
    "find_deployment",
    "find_endpoint",
    "follow_order",
    "free_collected",
    "free_workspace",
    "give_up_update",
    "guessed",
    "keys_of",
    "make_token",
    "part_key",
    "prune",
    "reconcile",
    "reconcile_all",
    "record_loads",
    "record_readings",
    "record_report",
    "regenerate_key",
    "roll_parts",
    "scale_deployment",
    "set_collection",
    "set_scaling",
    "set_traffic",
    "settings_of",
    "take_part",
    "update_deployment",
    "write_collected",
]
