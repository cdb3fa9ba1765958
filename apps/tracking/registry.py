"""Registered models in MLflow's words, and its references to files in ours."""

import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote
from uuid import UUID

from django.utils.translation import gettext as _

from apps.registry.models import ModelVersion, RegisteredModel
from apps.registry.states import VersionState
from apps.tracking.errors import Invalid
from apps.tracking.logged_models import id_in

STATES: Final = {
    VersionState.PENDING: "PENDING_REGISTRATION",
    VersionState.READY: "READY",
    VersionState.FAILED: "FAILED_REGISTRATION",
}
VERSIONS: Final = "versions"
"""The first part of the addresses of files of versions; those of runs begin with an id."""
LOGGED_MODEL: Final = "mlflow.model_id"
"""The property of a version that says of which logged model it was made."""

_RUN_FILES: Final = re.compile(r"(?:runs|mlflow-artifacts):/(?!/)(?P<run>[^/]+)(?:/(?P<path>.*))?")
_LOGGED: Final = re.compile(r"models:/(?P<id>m-[^/]+)")
_VERSION: Final = re.compile(rf"mlflow-artifacts:/{VERSIONS}/(?P<id>[^/]+)|models:/(?P<name>[^/@]+(?:/|@)[^/@]+)")


@dataclass(frozen=True)
class Source:
    """What a new version is made of: files of a run (``run`` and ``path``), a logged model, or another version, either by its
    ``version`` id or by a ``reference`` such as ``models:/churn/1``."""

    run: str = ""
    path: str = ""
    logged_model: UUID | None = None
    version: UUID | None = None
    reference: str = ""


def read_source(text: str) -> Source:
    """Return what a source names.

    Raises:
        Invalid: it names nothing that the studio keeps.
    """
    text = text.strip()
    if (match := _LOGGED.fullmatch(text)) and (key := id_in(match["id"])):
        return Source(logged_model=key)
    if match := _VERSION.fullmatch(text):
        return Source(version=_uuid(match["id"])) if match["id"] else Source(reference=text)
    if match := _RUN_FILES.fullmatch(text):
        return Source(run=match["run"], path=unquote((match["path"] or "").strip("/")))
    raise Invalid(
        _(
            "“%(source)s” is not kept here. A model is registered from runs:/<run>/<path>, models:/<model> or a logged model."
        )
        % {"source": text[:200]}
    )


def registered_model_of(model: RegisteredModel, latest: list[ModelVersion]) -> dict[str, Any]:
    """Return a model with its aliases, which should have been fetched with it, and the latest version of each stage."""
    return {
        "name": model.name,
        "creation_timestamp": _ms(model.created_at),
        "last_updated_timestamp": _ms(max(model.updated_at, model.latest_at)),
        "user_id": model.created_by.username if model.created_by else "",
        "description": model.description,
        "latest_versions": [version_of(version, model) for version in latest],
        "tags": _pairs(model.tags),
        "aliases": [{"alias": alias.name, "version": str(alias.version.number)} for alias in model.aliases.all()],
    }


def version_of(version: ModelVersion, model: RegisteredModel | None = None) -> dict[str, Any]:
    """Return a version; its model and aliases should have been fetched with it."""
    model = model or version.model
    logged = version.properties.get(LOGGED_MODEL, "")
    return {
        "name": model.name,
        "version": str(version.number),
        "creation_timestamp": _ms(version.created_at),
        "last_updated_timestamp": _ms(version.updated_at),
        "user_id": version.created_by.username if version.created_by else "",
        "current_stage": version.stage,
        "description": version.description,
        "source": version.source,
        "run_id": str(version.run_id) if version.run_id else "",
        "run_link": "",
        "status": STATES[VersionState(version.state)],
        "status_message": version.state_reason,
        "tags": _pairs(version.tags),
        "aliases": [alias.name for alias in version.aliases.all()],
        **({"model_id": logged} if logged else {}),
    }


def download_uri(version: ModelVersion) -> str:
    """Return where clients find a version's files."""
    return f"mlflow-artifacts:/{VERSIONS}/{version.pk}"


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid(_("“%(id)s” is no id of a version.") % {"id": text[:100]}) from None


def _pairs(texts: dict[str, str]) -> list[dict[str, str]]:
    return [{"key": name, "value": value} for name, value in texts.items()]


def _ms(moment: Any) -> int:
    return int(moment.timestamp() * 1000)
