"""What the views of registered models have in common."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _
from rest_framework.request import Request

from apps.core.errors import NotAllowed
from apps.experiments.ingestion.callers import runs_of_code
from apps.registry.models import ModelVersion, RegisteredModel
from apps.registry.services import find_version, get_model
from apps.registry.states import Stage
from apps.tracking.api.base import TrackingAPI
from apps.tracking.asked import text_in
from apps.tracking.registry import registered_model_of

SHOWN = ("aliases__version",)


class RegistryAPI(TrackingAPI):
    """A view of registered models.

    The code of a run reads them as whoever submitted the run may; of its own files it may make versions, and describe those.
    """

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Ask the policy for the person on whose behalf a run's code calls."""
        super().initial(request, *args, **kwargs)
        self.require(self.access.verbs["GET" if request.method == "HEAD" else request.method or ""])

    def refuse_code(self) -> None:
        """Raise NotAllowed for the code of a run."""
        if self.order is not None:
            raise NotAllowed(
                _(
                    "The code of a run registers models and describes what it registered. Use your own token for all else."
                )
            )

    def models(self) -> Any:
        """Return the models of the workspace that are not archived."""
        return RegisteredModel.objects.filter(workspace=self.workspace, archived_at=None)

    def find_model(self, asked: dict[str, Any]) -> RegisteredModel:
        """Return the model that a request names."""
        return get_model(self.workspace, text_in(asked, "name"))

    def find_version(self, asked: dict[str, Any]) -> ModelVersion:
        """Return the version that a request names."""
        return find_version(self.find_model(asked), text_in(asked, "version"))

    def check_own(self, version: ModelVersion) -> None:
        """Raise NotAllowed where the code of a run speaks of a version that is not of its own run."""
        if self.order is not None and not runs_of_code(self.order).filter(pk__in=[version.run_id]).exists():
            self.refuse_code()

    def shown(self, model: RegisteredModel) -> dict[str, Any]:
        """Return a model as clients get it."""
        return self.shown_all([model])[0]

    def shown_all(self, models: Iterable[RegisteredModel]) -> list[dict[str, Any]]:
        """Return models as clients get them, each with the latest version of each stage."""
        keys = [model.pk for model in models]
        rows = RegisteredModel.objects.filter(pk__in=keys).select_related("created_by").prefetch_related(*SHOWN)
        known = {row.pk: row for row in rows}
        latest = latest_of(keys)
        return [registered_model_of(known[key], latest[key]) for key in keys if key in known]


def latest_of(models: Iterable[UUID], stages: Iterable[str] = ()) -> dict[UUID, list[ModelVersion]]:
    """Return the latest version of each stage of models; of some stages only, where these are named."""
    keys = list(models)
    rows = ModelVersion.objects.filter(model__in=keys, archived_at=None).defer("manifest")
    if wanted := {stage.lower() for stage in stages}:
        rows = rows.filter(stage__in=[stage for stage in Stage.values if stage.lower() in wanted])
    same = ModelVersion.objects.filter(model=OuterRef("model"), stage=OuterRef("stage"), archived_at=None)
    rows = rows.filter(number=Subquery(same.order_by("-number").values("number")[:1])).order_by("number")
    latest: dict[UUID, list[ModelVersion]] = {key: [] for key in keys}
    for row in rows.select_related("created_by", "model").prefetch_related("aliases"):
        latest[row.model_id].append(row)
    return latest
