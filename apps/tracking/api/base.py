"""What the views of the dialect have in common."""

from typing import Any

import orjson
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.authentication import BrowserAuthentication, TokenAuthentication
from apps.accounts.models import User
from apps.compute.models import WorkOrder
from apps.core.errors import NotFound
from apps.experiments.ingestion.callers import runs_of_code
from apps.experiments.models import Experiment, Run
from apps.experiments.models.experiment import ExperimentQuerySet
from apps.experiments.services.experiments import DEFAULT_NAME
from apps.tracking.asked import uuid_of
from apps.tracking.authentication import RunsCode, RunTokenAuthentication
from apps.tracking.dialect import DEFAULT_EXPERIMENT_ID, error_of
from apps.tracking.errors import Invalid
from apps.workspaces.access import WorkspaceAPI, find_membership
from apps.workspaces.policies import require
from apps.workspaces.roles import Action


class TrackingAPI(WorkspaceAPI, APIView):
    """A view below ``/mlflow/<workspace>/``, for members of the workspace by role, and for the code of its runs.

    ``order`` is that of the run whose code calls, and None for people. Errors are worded as MLflow's clients read them.
    """

    authentication_classes = (RunTokenAuthentication, TokenAuthentication, BrowserAuthentication)
    schema = None  # MLflow's interface is MLflow's to describe

    order: WorkOrder | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find the workspace, for a person by membership and for a run's code by its run."""
        if not isinstance(request.user, RunsCode):
            super().initial(request, *args, **kwargs)
            return
        APIView.initial(self, request, *args, **kwargs)
        self.order = request.user.order
        self.workspace = self.order.workspace
        if self.workspace.name.lower() != kwargs["name"].lower():
            raise Http404

    def handle_exception(self, exc: Exception) -> Response:
        """Answer in the dialect's form."""
        response = super().handle_exception(exc)
        response.data = error_of(response.data)
        response.content_type = "application/json"
        return response

    @property
    def person(self) -> User | None:
        """On whose behalf this is done."""
        return self.order.requested_by if self.order else self.actor

    def require(self, action: Action | str) -> None:
        """Ask the policy whether the caller may, or for the code of a run, whether the person may who submitted it.

        Raises:
            NotAllowed: they may not. Http404: that person is not a member any more.
        """
        require(find_membership(self.person, self.workspace.name) if self.order else self.membership, action)

    def asked(self, request: Request) -> dict[str, Any]:
        """Return what the request says: the query of a GET, the body of all others."""
        found = request.query_params.dict() if request.method == "GET" else request.data
        if not isinstance(found, dict):
            raise Invalid(_("The body is a JSON object."))
        if b"\\u0000" in orjson.dumps(found):  # which PostgreSQL cannot keep
            raise Invalid(_("The request has NUL characters in it."))
        return found

    def find_run(self, text: Any) -> Run:
        """Return a run that the caller may reach, with what is shown of it.

        Raises:
            NotFound: there is none.
        """
        runs = runs_of_code(self.order) if self.order else Run.objects.filter(deleted_at=None)
        run = runs.filter(workspace=self.workspace, pk=uuid_of(text, "run_id")).exclude(experiment=None).first()
        if run is None:
            raise NotFound(_("There is no run %(id)s in this workspace.") % {"id": text})
        return run

    def find_experiment(self, text: Any) -> Experiment:
        """Return an experiment by its id.

        Raises:
            NotFound: there is none.
        """
        found = self.experiments()
        if text == DEFAULT_EXPERIMENT_ID:
            experiment = found.filter(name=DEFAULT_NAME).first()
        else:
            experiment = found.filter(pk=uuid_of(text, "experiment_id")).first()
        if experiment is None:
            raise NotFound(_("There is no experiment %(id)s in this workspace.") % {"id": text})
        return experiment

    def experiments(self) -> ExperimentQuerySet:
        """Return the experiments that the caller may see."""
        found = Experiment.objects.filter(workspace=self.workspace)
        return found.filter(runs=self.order.subject_id) if self.order else found
