"""Roles, and the one table that says what each may do."""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a member is in a workspace; one role each."""

    OWNER = "owner", _("Owner")
    CONTRIBUTOR = "contributor", _("Contributor")
    DATA_SCIENTIST = "data_scientist", _("Data Scientist")
    COMPUTE_OPERATOR = "compute_operator", _("Compute Operator")
    READER = "reader", _("Reader")
    LABELING_TEAM_LEAD = "labeling_team_lead", _("Labeling team lead")
    LABELER = "labeler", _("Labeler")


class Action(StrEnum):
    """What can be done in a workspace. Views, API, sockets and templates all ask for one of these."""

    WORKSPACE_ENTER = "workspace.enter"
    WORKSPACE_EDIT = "workspace.edit"
    WORKSPACE_ARCHIVE = "workspace.archive"
    WORKSPACE_DELETE = "workspace.delete"
    MEMBERS_READ = "members.read"
    MEMBERS_MANAGE = "members.manage"
    SECRETS_LIST = "secrets.list"
    SECRETS_WRITE = "secrets.write"
    ALIASES_READ = "aliases.read"
    ALIASES_WRITE = "aliases.write"
    ACTIVITY_READ = "activity.read"
    COMPUTE_READ = "compute.read"
    COMPUTE_MANAGE = "compute.manage"
    ENVIRONMENTS_READ = "environments.read"
    ENVIRONMENTS_WRITE = "environments.write"
    DATA_READ = "data.read"
    DATA_WRITE = "data.write"
    MODELS_READ = "models.read"
    MODELS_WRITE = "models.write"
    ENDPOINTS_READ = "endpoints.read"
    ENDPOINTS_WRITE = "endpoints.write"
    ENDPOINTS_KEYS = "endpoints.keys"
    COMPONENTS_READ = "components.read"
    COMPONENTS_WRITE = "components.write"
    PIPELINES_READ = "pipelines.read"
    PIPELINES_WRITE = "pipelines.write"
    PIPELINES_KEYS = "pipelines.keys"
    RUNS_READ = "runs.read"
    RUNS_WRITE = "runs.write"
    SCHEDULES_READ = "schedules.read"
    SCHEDULES_WRITE = "schedules.write"
    LABELING_READ = "labeling.read"
    LABELING_INSPECT = "labeling.inspect"
    LABELING_LABEL = "labeling.label"
    LABELING_REVIEW = "labeling.review"
    LABELING_WRITE = "labeling.write"
    VIEWS_SHARE = "views.share"


_EVERYBODY = frozenset(Role)
_STAFF = frozenset({Role.OWNER, Role.CONTRIBUTOR, Role.DATA_SCIENTIST, Role.COMPUTE_OPERATOR, Role.READER})
_BUILDERS = frozenset({Role.OWNER, Role.CONTRIBUTOR, Role.DATA_SCIENTIST})
_EDITORS = frozenset({Role.OWNER, Role.CONTRIBUTOR})
_OWNERS = frozenset({Role.OWNER})

POLICY: dict[Action, frozenset[Role]] = {
    Action.WORKSPACE_ENTER: _EVERYBODY,
    Action.WORKSPACE_EDIT: _EDITORS,
    Action.WORKSPACE_ARCHIVE: _OWNERS,
    Action.WORKSPACE_DELETE: _OWNERS,
    Action.MEMBERS_READ: _STAFF | {Role.LABELING_TEAM_LEAD},
    Action.MEMBERS_MANAGE: _OWNERS,
    Action.SECRETS_LIST: _BUILDERS,
    Action.SECRETS_WRITE: _EDITORS,
    Action.ALIASES_READ: _STAFF,
    Action.ALIASES_WRITE: _EDITORS,
    Action.ACTIVITY_READ: _STAFF,
    Action.COMPUTE_READ: _STAFF,
    Action.COMPUTE_MANAGE: _EDITORS | {Role.COMPUTE_OPERATOR},
    Action.ENVIRONMENTS_READ: _STAFF,
    Action.ENVIRONMENTS_WRITE: _BUILDERS,
    Action.DATA_READ: _STAFF,
    Action.DATA_WRITE: _BUILDERS,
    Action.MODELS_READ: _STAFF,
    Action.MODELS_WRITE: _BUILDERS,
    Action.ENDPOINTS_READ: _STAFF,
    Action.ENDPOINTS_WRITE: _BUILDERS,
    Action.ENDPOINTS_KEYS: _BUILDERS,
    Action.COMPONENTS_READ: _STAFF,
    Action.COMPONENTS_WRITE: _BUILDERS,
    Action.PIPELINES_READ: _STAFF,
    Action.PIPELINES_WRITE: _BUILDERS,
    Action.PIPELINES_KEYS: _BUILDERS,
    Action.RUNS_READ: _STAFF,
    Action.RUNS_WRITE: _BUILDERS,
    Action.SCHEDULES_READ: _STAFF,
    Action.SCHEDULES_WRITE: _BUILDERS,
    Action.LABELING_READ: _EVERYBODY,
    Action.LABELING_INSPECT: _STAFF | {Role.LABELING_TEAM_LEAD},
    Action.LABELING_LABEL: _BUILDERS | {Role.LABELING_TEAM_LEAD, Role.LABELER},
    Action.LABELING_REVIEW: _BUILDERS | {Role.LABELING_TEAM_LEAD},
    Action.LABELING_WRITE: _BUILDERS,
    Action.VIEWS_SHARE: _BUILDERS,
}


def role_allows(role: Role | str | None, action: Action | str) -> bool:
    """Whether a role includes an action; strangers (None) may do nothing."""
    return role is not None and role in POLICY[Action(action)]
