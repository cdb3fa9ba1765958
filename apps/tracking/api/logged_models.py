"""Models that MLflow's clients log, as they make, describe and find them. Their files are files of runs."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.errors import NotFound
from apps.experiments import services
from apps.experiments.ingestion.callers import runs_of_code
from apps.experiments.models import Run, RunFile
from apps.experiments.services.experiments import DEFAULT_NAME
from apps.tracking.api.base import TrackingAPI
from apps.tracking.asked import number_in
from apps.tracking.dialect import DEFAULT_EXPERIMENT_ID, logged_model_of
from apps.tracking.errors import Invalid
from apps.tracking.logged_models import create_home, create_logged_model, finalize, id_in, set_texts, texts_in
from apps.tracking.models import LoggedModel, LoggedStatus
from apps.tracking.search.logged_models import find_logged_models
from apps.tracking.search.paging import page
from apps.workspaces.access import workspace_access
from apps.workspaces.roles import Action

MOST_LISTED = 1000
LONGEST_TYPE = 255


class LoggedModelAPI(TrackingAPI):
    """A view of logged models: those of runs that the caller may reach."""

    def models(self) -> Any:
        """Return the models that the caller may see."""
        found = LoggedModel.objects.filter(workspace=self.workspace, run__deleted_at=None)
        return found.filter(run__in=runs_of_code(self.order)) if self.order else found

    def find_model(self, text: str) -> LoggedModel:
        """Return a model by its id.

        Raises:
            NotFound: there is none.
        """
        key = id_in(text)
        model: LoggedModel | None = (
            self.models().select_related("run").prefetch_related("metrics").filter(pk=key).first() if key else None
        )
        if model is None:
            raise NotFound(_("There is no logged model %(id)s in this workspace.") % {"id": text[:100]})
        return model


class LoggedModels(LoggedModelAPI):
    """``logged-models``"""

    access = workspace_access(post=Action.RUNS_WRITE)

    def post(self, request: Request, **kwargs: Any) -> Response:
        """Write down a model whose files come next."""
        asked = self.asked(request)
        name, kind = str(asked.get("name") or ""), str(asked.get("model_type") or "")[:LONGEST_TYPE]
        params, tags = texts_in(asked.get("params"), "params"), texts_in(asked.get("tags"), "tags")
        with transaction.atomic():
            run, is_own = self._home(asked, name)
            model = create_logged_model(run=run, name=name, type=kind, params=params, tags=tags, has_own_run=is_own)
        return Response({"model": logged_model_of(model)})

    def _home(self, asked: dict[str, Any], name: str) -> tuple[Run, bool]:
        """Return the run that keeps the files, and whether it was made for them."""
        if asked.get("source_run_id"):
            return self.find_run(asked["source_run_id"]), False
        if self.order:
            return self.find_run(str(self.order.subject_id)), False
        text = asked.get("experiment_id")
        experiment = DEFAULT_NAME if text == DEFAULT_EXPERIMENT_ID else self.find_experiment(text).name
        run = create_home(actor=self.person, workspace=self.workspace, experiment_name=experiment, name=name)
        return run, True


class LoggedModelOne(LoggedModelAPI):
    """``logged-models/<id>``"""

    access = workspace_access(get=Action.RUNS_READ, patch=Action.RUNS_WRITE, delete=Action.RUNS_WRITE)

    def get(self, request: Request, logged_model: str, **kwargs: Any) -> Response:
        """Return a model."""
        return Response({"model": logged_model_of(self.find_model(logged_model))})

    def patch(self, request: Request, logged_model: str, **kwargs: Any) -> Response:
        """Say that its files are all there, or never will be."""
        model = self.find_model(logged_model)
        status = self.asked(request).get("status")
        if status not in LoggedStatus.values:
            raise Invalid(_("A status is one of %(names)s.") % {"names": ", ".join(LoggedStatus.values)})
        finalize(model, LoggedStatus(status))
        return Response({"model": logged_model_of(model)})

    def delete(self, request: Request, logged_model: str, **kwargs: Any) -> Response:
        """Delete a model and its files. What was registered of it stays."""
        model = self.find_model(logged_model)
        paths = RunFile.objects.filter(run=model.run, path__startswith=f"{model.folder}/").values_list(
            "path", flat=True
        )
        for path in list(paths):
            services.delete_file(run=model.run, path=path)
        model.delete()
        return Response({})


class LoggedModelTags(LoggedModelAPI):
    """``logged-models/<id>/tags``"""

    access = workspace_access(patch=Action.RUNS_WRITE)

    def patch(self, request: Request, logged_model: str, **kwargs: Any) -> Response:
        """Give it tags, in place of what had their names."""
        model = self.find_model(logged_model)
        set_texts(model, "tags", texts_in(self.asked(request).get("tags"), "tags"))
        return Response({"model": logged_model_of(model)})


class LoggedModelTag(LoggedModelAPI):
    """``logged-models/<id>/tags/<key>``"""

    access = workspace_access(delete=Action.RUNS_WRITE)

    def delete(self, request: Request, logged_model: str, tag_key: str, **kwargs: Any) -> Response:
        """Take a tag off it."""
        model = self.find_model(logged_model)
        if tag_key not in model.tags:
            raise NotFound(_("The model has no tag “%(name)s”.") % {"name": tag_key[:255]})
        set_texts(model, "tags", {tag_key: None})
        return Response({})


class LoggedModelParams(LoggedModelAPI):
    """``logged-models/<id>/params``"""

    access = workspace_access(post=Action.RUNS_WRITE)

    def post(self, request: Request, logged_model: str, **kwargs: Any) -> Response:
        """Give it further parameters. Like those of runs, they never change."""
        model = self.find_model(logged_model)
        params = texts_in(self.asked(request).get("params"), "params")
        for name, value in params.items():
            if model.params.get(name, value) != value:
                raise Invalid(_("The parameter “%(name)s” has another value already.") % {"name": name[:100]})
        set_texts(model, "params", params)
        return Response({})


class SearchLoggedModels(LoggedModelAPI):
    """``logged-models/search``"""

    access = workspace_access(post=Action.RUNS_READ)

    def post(self, request: Request, **kwargs: Any) -> Response:
        """Return the models of experiments, newest first unless the request says otherwise."""
        asked = self.asked(request)
        listed = asked.get("experiment_ids") or []
        experiments: list[UUID] = [self.find_experiment(text).pk for text in listed]
        found = find_logged_models(self.models().filter(experiment__in=experiments), asked)
        most = number_in(asked, "max_results", 100, MOST_LISTED)
        rows, token = page(found.prefetch_related("metrics"), asked.get("page_token"), most)
        answer: dict[str, Any] = {"models": [logged_model_of(row) for row in rows]}
        return Response({**answer, "next_page_token": token} if token else answer)
