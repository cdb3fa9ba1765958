"""States and files of models in words."""

from django.utils.translation import gettext as _

from apps.core.lists import Status
from apps.registry.models import ModelVersion
from apps.registry.states import VersionState

TONES = {VersionState.PENDING: "busy", VersionState.READY: "ok", VersionState.FAILED: "bad"}


def status_of(version: ModelVersion | None) -> Status | None:
    """Return how far a version is, as lists and badges show it."""
    if version is None:
        return None
    if version.archived_at is not None:
        return Status("idle", _("Archived"))
    return Status(TONES[VersionState(version.state)], version.get_state_display(), version.state_reason)  # type: ignore[arg-type]


def framework_of(version: ModelVersion | None) -> str:
    """Return what made a version, with its version: ``scikit-learn 1.7.2``."""
    return f"{version.get_framework_display()} {version.framework_version}".strip() if version else ""
