"""What all API views of one run have in common."""

from typing import Any

from django.http import Http404
from rest_framework.request import Request

from apps.experiments.models import Run
from apps.workspaces.access import WorkspaceAPI


class OneRunAPI(WorkspaceAPI):
    """Mix into API views below ``/api/v1/workspaces/<name>/runs/<run_id>/``; put it first. Sets ``self.run``."""

    run: Run

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find the run in the workspace, once it is known who calls."""
        super().initial(request, *args, **kwargs)
        run = self.find_run(**kwargs)
        if run is None:
            raise Http404
        self.run = run

    def find_run(self, **kwargs: Any) -> Run | None:
        """Return the run that the address names; None where the workspace has no such run."""
        return Run.objects.filter(workspace=self.workspace, pk=kwargs["run_id"], deleted_at=None).first()
