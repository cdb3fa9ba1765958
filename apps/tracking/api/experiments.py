"""Experiments as MLflow's clients ask for them."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.errors import NotAllowed, NotFound
from apps.experiments.models import Experiment
from apps.experiments.services import archive_experiment, edit_experiment, restore_experiment
from apps.experiments.services.experiments import find_or_create_experiment
from apps.tracking.api.base import TrackingAPI
from apps.tracking.asked import number_in, text_in
from apps.tracking.dialect import experiment_of
from apps.tracking.errors import AlreadyThere
from apps.tracking.logged_models import texts_in
from apps.tracking.search.experiments import find_experiments
from apps.tracking.search.paging import page
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
        tags = texts_in(self.asked(request).get("tags"), "tags")
        with transaction.atomic():
            experiment = find_or_create_experiment(actor=self.actor, workspace=self.workspace, name=name)
            edit_experiment(actor=self.actor, experiment=experiment, changes={"tags": tags})
        return Response({"experiment_id": str(experiment.pk)})


class SearchExperiments(TrackingAPI):
    """``experiments/search``"""

    access = workspace_access(get=Action.RUNS_READ, post=Action.RUNS_READ)

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return experiments, newest first unless the request says otherwise."""
        asked = self.asked(request)
        found = self.experiments()
        view = asked.get("view_type") or "ACTIVE_ONLY"
        if view != "ALL":
            found = found.filter(archived_at__isnull=view != "DELETED_ONLY")
        is_query = request.method == "GET"
        order_by = request.query_params.getlist("order_by") if is_query else asked.get("order_by")
        ordered = find_experiments(found, where=asked.get("filter"), order_by=order_by)
        rows, token = page(ordered, asked.get("page_token"), number_in(asked, "max_results", MOST_LISTED, 50_000))
        answer: dict[str, Any] = {"experiments": [experiment_of(row) for row in rows]}
        return Response({**answer, "next_page_token": token} if token else answer)

    post = get


class ExperimentChange(TrackingAPI):
    """A view that changes an experiment, which is not for the code of a run."""

    access = workspace_access(post=Action.RUNS_WRITE)

    def post(self, request: Request, **kwargs: Any) -> Response:
        """Change the experiment that the request names."""
        asked = self.asked(request)
        experiment = self.find_experiment(asked.get("experiment_id"))
        if self.order:
            raise NotAllowed(_("The code of a run cannot change experiments with the run's token."))
        self.change(experiment, asked)
        return Response({})

    def change(self, experiment: Experiment, asked: dict[str, Any]) -> None:
        """Do what this call is for."""
        raise NotImplementedError


class DeleteExperiment(ExperimentChange):
    """``experiments/delete``: out of the lists; nothing of it is lost."""

    def change(self, experiment: Experiment, asked: dict[str, Any]) -> None:
        archive_experiment(actor=self.actor, experiment=experiment)


class RestoreExperiment(ExperimentChange):
    """``experiments/restore``"""

    def change(self, experiment: Experiment, asked: dict[str, Any]) -> None:
        restore_experiment(actor=self.actor, experiment=experiment)


class SetExperimentTag(ExperimentChange):
    """``experiments/set-experiment-tag``"""

    def change(self, experiment: Experiment, asked: dict[str, Any]) -> None:
        tags = {**experiment.tags, text_in(asked, "key"): str(asked.get("value") or "")}
        edit_experiment(actor=self.actor, experiment=experiment, changes={"tags": tags})


class DeleteExperimentTag(ExperimentChange):
    """``experiments/delete-experiment-tag``"""

    def change(self, experiment: Experiment, asked: dict[str, Any]) -> None:
        key = text_in(asked, "key")
        tags = {name: value for name, value in experiment.tags.items() if name != key}
        edit_experiment(actor=self.actor, experiment=experiment, changes={"tags": tags})
