"""Runs as MLflow's clients make, end and read them. What they log goes by ``apps.tracking.asgi``."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.errors import NotAllowed
from apps.experiments.events import run_changed
from apps.experiments.ingestion.callers import runs_of_code
from apps.experiments.models import Run, RunTag
from apps.experiments.services import archive_run, create_interactive, end_run, restore_run
from apps.experiments.services.experiments import DEFAULT_NAME
from apps.tracking.api.base import TrackingAPI
from apps.tracking.asked import number_in, text_in
from apps.tracking.dialect import (
    DEFAULT_EXPERIMENT_ID,
    ENDS,
    PARENT_TAG,
    RUN_NAME_TAG,
    STATUSES,
    info_of,
    point_of,
    run_of,
)
from apps.tracking.errors import Invalid
from apps.tracking.naming import rename_run
from apps.tracking.search.runs import find_runs, page_of_runs
from apps.workspaces.access import workspace_access
from apps.workspaces.roles import Action

MOST_LISTED = 1000
MOST_POINTS = 25_000


class CreateRun(TrackingAPI):
    """``runs/create``"""

    access = workspace_access(post=Action.RUNS_WRITE)

    def post(self, request: Request, **kwargs: Any) -> Response:
        """Make a run that a program outside of the studio carries on, or a child of the run whose code asks."""
        asked = self.asked(request)
        tags = _tags_in(asked)
        name = asked.get("run_name") or tags.pop(RUN_NAME_TAG, "")
        parent_id = tags.pop(PARENT_TAG, None)
        if self.order and not parent_id:
            raise Invalid(_("The code of a run logs to that run, or makes children of it: start_run(nested=True)."))
        run = create_interactive(
            actor=self.person,
            workspace=self.workspace,
            experiment_name=self._experiment_name(asked.get("experiment_id")),
            name=str(name)[:255],
            tags={key: value for key, value in tags.items() if key != RUN_NAME_TAG},
            parent=self.find_run(parent_id) if parent_id else None,
        )
        return Response({"run": run_of(run)})

    def _experiment_name(self, text: Any) -> str:
        return DEFAULT_NAME if text == DEFAULT_EXPERIMENT_ID else self.find_experiment(text).name


class GetRun(TrackingAPI):
    """``runs/get``"""

    access = workspace_access(get=Action.RUNS_READ)

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return a run with its last metrics, parameters and tags."""
        asked = self.asked(request)
        return Response({"run": run_of(self.find_run(asked.get("run_id") or asked.get("run_uuid")))})


class UpdateRun(TrackingAPI):
    """``runs/update``"""

    access = workspace_access(post=Action.RUNS_WRITE)

    def post(self, request: Request, **kwargs: Any) -> Response:
        """End a run, or give it another name. A run that the studio carries out ends with its work, not by this."""
        asked = self.asked(request)
        run = self.find_run(asked.get("run_id") or asked.get("run_uuid"))
        status = asked.get("status")
        if status is not None and status not in STATUSES.values():
            raise Invalid(_("A status is one of %(names)s.") % {"names": ", ".join(sorted(set(STATUSES.values())))})
        if asked.get("run_name"):
            rename_run(run, text_in(asked, "run_name"))
        if status in ENDS:
            run = end_run(run=run, status=ENDS[status])
        return Response({"run_info": info_of(run)})


class SearchRuns(TrackingAPI):
    """``runs/search``"""

    access = workspace_access(post=Action.RUNS_READ)

    def post(self, request: Request, **kwargs: Any) -> Response:
        """Return the runs of experiments, newest first unless the request says otherwise."""
        asked = self.asked(request)
        most = number_in(asked, "max_results", MOST_LISTED, 50_000)
        experiments = [self.find_experiment(text).pk for text in asked.get("experiment_ids") or []]
        runs = runs_of_code(self.order) if self.order else Run.objects.filter(deleted_at=None)
        runs = runs.filter(workspace=self.workspace, experiment__in=experiments)
        view = asked.get("run_view_type") or "ACTIVE_ONLY"
        if view != "ALL":
            runs = runs.filter(archived_at__isnull=view != "DELETED_ONLY")
        found, newest_first = find_runs(runs, where=asked.get("filter"), order_by=asked.get("order_by"))
        rows, token = page_of_runs(found, asked.get("page_token"), most, newest_first=newest_first)
        answer: dict[str, Any] = {"runs": [run_of(row) for row in rows]}
        return Response({**answer, "next_page_token": token} if token else answer)


class DeleteRun(TrackingAPI):
    """``runs/delete``"""

    access = workspace_access(post=Action.RUNS_WRITE)
    archived = True

    def post(self, request: Request, **kwargs: Any) -> Response:
        """Take a run out of lists, or put it back. Its pages delete for good."""
        run = self.find_run(self.asked(request).get("run_id"))
        if self.order:
            raise NotAllowed(_("The code of a run cannot delete runs with the run's token."))
        change = archive_run if self.archived else restore_run
        change(actor=self.actor, run=run)
        return Response({})


class RestoreRun(DeleteRun):
    """``runs/restore``"""

    archived = False


class DeleteTag(TrackingAPI):
    """``runs/delete-tag``"""

    access = workspace_access(post=Action.RUNS_WRITE)

    def post(self, request: Request, **kwargs: Any) -> Response:
        """Take a tag off a run."""
        asked = self.asked(request)
        run, key = self.find_run(asked.get("run_id")), text_in(asked, "key")
        with transaction.atomic():
            gone, _rows = RunTag.objects.filter(run=run, name=key).delete()
            if not gone:
                raise Invalid(_("The run has no tag “%(name)s”.") % {"name": key[:255]})
            run_changed(run)
        return Response({})


class MetricHistory(TrackingAPI):
    """``metrics/get-history``"""

    access = workspace_access(get=Action.RUNS_READ)

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return all values of a metric, by step and time."""
        from apps.experiments.metrics.reading import read_series

        asked = self.asked(request)
        run, name = self.find_run(asked.get("run_id") or asked.get("run_uuid")), text_in(asked, "metric_key")
        most = number_in(asked, "max_results", MOST_POINTS, MOST_POINTS)
        start = number_in(asked, "page_token", 0, 2**53)
        _cursor, found = read_series(run.pk, [name])
        part = found[name].part(start, start + most)
        columns = zip(part.steps.tolist(), part.times.tolist(), part.values.tolist(), strict=True)
        answer: dict[str, Any] = {"metrics": [point_of(name, *point) for point in columns]}
        if start + most < len(found[name]):
            answer["next_page_token"] = str(start + most)
        return Response(answer)


def _tags_in(asked: dict[str, Any]) -> dict[str, str]:
    try:
        return {str(tag["key"]): str(tag.get("value", "")) for tag in asked.get("tags") or []}
    except (TypeError, KeyError, AttributeError):
        raise Invalid(_("“tags” is a list of objects with key and value.")) from None
