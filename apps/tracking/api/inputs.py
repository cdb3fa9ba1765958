"""What runs read and made, as MLflow's clients write it down: data sets and logged models."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from apps.experiments.events import run_changed
from apps.experiments.models.data import Direction
from apps.tracking.api.logged_models import LoggedModelAPI
from apps.tracking.asked import text_in
from apps.tracking.datasets import log_datasets, read_dataset
from apps.tracking.errors import Invalid
from apps.tracking.logged_models import link
from apps.tracking.models import LoggedModel
from apps.workspaces.access import workspace_access
from apps.workspaces.roles import Action

MOST_AT_ONCE = 1000
LARGEST_STEP = 2**63 - 1


class LinksAPI(LoggedModelAPI):
    """A view that ties a run to what it read or made."""

    def linked(self, asked: dict[str, Any]) -> list[tuple[LoggedModel, int]]:
        """Return the models that a request names, each with the step at which it was made.

        Raises:
            Invalid: it is no list of models. NotFound: there is no such model.
        """
        found = []
        for one in listed(asked, "models"):
            step = one.get("step") or 0
            step = int(step) if isinstance(step, str) and step.isdecimal() and len(step) < 20 else step
            if type(step) is not int or abs(step) > LARGEST_STEP:
                raise Invalid(_("A step is a whole number of up to 63 bits."))
            found.append((self.find_model(text_in(one, "model_id")), step))
        return found


class LogInputs(LinksAPI):
    """``runs/log-inputs``"""

    access = workspace_access(post=Action.RUNS_WRITE)

    def post(self, request: Request, **kwargs: Any) -> Response:
        """Write down which data sets and models a run read."""
        asked = self.asked(request)
        run = self.find_run(text_in(asked, "run_id"))
        datasets = [read_dataset(one) for one in listed(asked, "datasets")]
        models = self.linked(asked)
        with transaction.atomic():
            log_datasets(run, datasets)
            link(run, models, Direction.INPUT)
            run_changed(run)
        return Response({})


class LogOutputs(LinksAPI):
    """``runs/outputs``"""

    access = workspace_access(post=Action.RUNS_WRITE)

    def post(self, request: Request, **kwargs: Any) -> Response:
        """Write down which models a run made."""
        asked = self.asked(request)
        run = self.find_run(text_in(asked, "run_id"))
        link(run, self.linked(asked), Direction.OUTPUT)
        return Response({})


def listed(asked: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Return a list of objects.

    Raises:
        Invalid: it is none, or too long.
    """
    found = asked.get(name) or []
    if not isinstance(found, list) or len(found) > MOST_AT_ONCE or not all(isinstance(one, dict) for one in found):
        raise Invalid(_("“%(name)s” is a list of up to %(most)d objects.") % {"name": name, "most": MOST_AT_ONCE})
    return found
