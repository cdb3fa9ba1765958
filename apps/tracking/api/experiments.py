"""Experiments as MLflow's clients ask for them."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.errors import NotAllowed, NotFound
from apps.experiments.models import Experiment
from apps.experiments.services.experiments import find_or_create_experiment
from apps.tracking.api.base import TrackingAPI
from apps.tracking.asked import number_in, text_in, uuid_of
from apps.tracking.dialect import experiment_of
from apps.tracking.errors import AlreadyThere, Invalid
from apps.workspaces.access import workspace_access
from apps.workspaces.roles import Action

MOST_LISTED = 1000


class GetExperiment(TrackingAPI):
    """``experiments/get``"""

    access = workspace_access(get=Action.RUNS_READ)

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return an experiment by id."""
        return Response({"experiment": experiment_of(self.find_experiment(self.asked(request).get("experiment_id")))})


class GetExperimentByName(TrackingAPI):
    """``experiments/get-by-name``"""

    access = workspace_access(get=Action.RUNS_READ)

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return an experiment by name."""
        name = text_in(self.asked(request), "experiment_name")
        experiment = self.experiments().filter(name=name).first()
        if experiment is None:
            raise NotFound(_("Could not find experiment with name “%(name)s”.") % {"name": name[:255]})
        return Response({"experiment": experiment_of(experiment)})


class CreateExperiment(TrackingAPI):
    """``experiments/create``"""

    access = workspace_access(post=Action.RUNS_WRITE)

    def post(self, request: Request, **kwargs: Any) -> Response:
        """Make an experiment."""
        name = text_in(self.asked(request), "name")
        if self.order:
            raise NotAllowed(_("The code of a run cannot make experiments with the run's token."))
        if Experiment.objects.filter(workspace=self.workspace, name=name).exists():
            raise AlreadyThere(_("There is an experiment “%(name)s” already.") % {"name": name[:255]})
        experiment = find_or_create_experiment(actor=self.actor, workspace=self.workspace, name=name)
        return Response({"experiment_id": str(experiment.pk)})


class SearchExperiments(TrackingAPI):
    """``experiments/search``"""

    access = workspace_access(get=Action.RUNS_READ, post=Action.RUNS_READ)

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return experiments, newest first."""
        asked = self.asked(request)
        if asked.get("filter"):
            raise Invalid(_("Experiments cannot be filtered here yet; leave “filter” out."))
        most = number_in(asked, "max_results", MOST_LISTED, MOST_LISTED)
        found = self.experiments().order_by("-pk")
        view = asked.get("view_type", "ACTIVE_ONLY")
        if view != "ALL":
            found = found.filter(archived_at__isnull=view != "DELETED_ONLY")
        if token := asked.get("page_token"):
            found = found.filter(pk__lt=uuid_of(token, "page_token"))
        rows = list(found[: most + 1])
        answer: dict[str, Any] = {"experiments": [experiment_of(row) for row in rows[:most]]}
        if len(rows) > most:
            answer["next_page_token"] = str(rows[most - 1].pk)
        return Response(answer)

    post = get
