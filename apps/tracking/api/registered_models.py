"""Registered models as MLflow's clients make, describe and find them."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.errors import NotFound
from apps.registry.services import (
    delete_alias,
    delete_model,
    edit_model,
    ensure_model,
    find_model,
    find_version,
    resolve_reference,
    set_alias,
)
from apps.tracking.api.registry import RegistryAPI, latest_of
from apps.tracking.asked import number_in, text_in
from apps.tracking.errors import AlreadyThere
from apps.tracking.logged_models import texts_in
from apps.tracking.registry import version_of
from apps.tracking.search.paging import page
from apps.tracking.search.registry import find_models
from apps.workspaces.access import workspace_access
from apps.workspaces.roles import Action

MOST_LISTED = 1000


class CreateModel(RegistryAPI):
    """``registered-models/create``"""

    access = workspace_access(post=Action.MODELS_WRITE)

    def post(self, request: Request, **kwargs: Any) -> Response:
        """Make a name for versions."""
        asked = self.asked(request)
        name = text_in(asked, "name")
        if find_model(self.workspace, name) is not None:
            raise AlreadyThere(_("Registered model (name=%(name)s) already exists.") % {"name": name[:255]})
        model = ensure_model(
            self.person,
            self.workspace,
            name,
            description=str(asked.get("description") or ""),
            tags=texts_in(asked.get("tags"), "tags"),
        )
        return Response({"registered_model": self.shown(model)})


class GetModel(RegistryAPI):
    """``registered-models/get``"""

    access = workspace_access(get=Action.MODELS_READ)

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return a model."""
        return Response({"registered_model": self.shown(self.find_model(self.asked(request)))})


class RenameModel(RegistryAPI):
    """``registered-models/rename``"""

    access = workspace_access(post=Action.MODELS_WRITE)

    def post(self, request: Request, **kwargs: Any) -> Response:
        """Give a model another name."""
        self.refuse_code()
        asked = self.asked(request)
        model = edit_model(actor=self.actor, model=self.find_model(asked), changes={"name": text_in(asked, "new_name")})
        return Response({"registered_model": self.shown(model)})


class UpdateModel(RegistryAPI):
    """``registered-models/update``"""

    access = workspace_access(patch=Action.MODELS_WRITE)

    def patch(self, request: Request, **kwargs: Any) -> Response:
        """Describe a model."""
        self.refuse_code()
        asked = self.asked(request)
        description = str(asked.get("description") or "")
        model = edit_model(actor=self.actor, model=self.find_model(asked), changes={"description": description})
        return Response({"registered_model": self.shown(model)})


class DeleteModel(RegistryAPI):
    """``registered-models/delete``"""

    access = workspace_access(delete=Action.MODELS_WRITE)

    def delete(self, request: Request, **kwargs: Any) -> Response:
        """Delete a model with its versions. Clients confirm by the name that they must give."""
        self.refuse_code()
        model = self.find_model(self.asked(request))
        delete_model(actor=self.actor, model=model, confirm_name=model.name)
        return Response({})


class SearchModels(RegistryAPI):
    """``registered-models/search``"""

    access = workspace_access(get=Action.MODELS_READ)

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return models, by name unless the request says otherwise."""
        asked = self.asked(request)
        found = find_models(self.models(), where=asked.get("filter"), order_by=request.query_params.getlist("order_by"))
        most = number_in(asked, "max_results", 100, MOST_LISTED)
        rows, token = page(found, asked.get("page_token"), most)
        answer: dict[str, Any] = {"registered_models": self.shown_all(rows)}
        return Response({**answer, "next_page_token": token} if token else answer)


class LatestVersions(RegistryAPI):
    """``registered-models/get-latest-versions``"""

    access = workspace_access(get=Action.MODELS_READ, post=Action.MODELS_READ)

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return the latest version of each stage, or of those that are named."""
        asked = self.asked(request)
        stages = request.query_params.getlist("stages") if request.method == "GET" else asked.get("stages") or []
        model = self.find_model(asked)
        latest = latest_of([model.pk], [str(stage) for stage in stages])[model.pk]
        return Response({"model_versions": [version_of(version, model) for version in latest]})

    post = get


class SetModelTag(RegistryAPI):
    """``registered-models/set-tag``"""

    access = workspace_access(post=Action.MODELS_WRITE)

    def post(self, request: Request, **kwargs: Any) -> Response:
        """Give a model a tag, in place of what had its name."""
        self.refuse_code()
        asked = self.asked(request)
        model, key = self.find_model(asked), text_in(asked, "key")
        tags = {**model.tags, key: str(asked.get("value") or "")}
        edit_model(actor=self.actor, model=model, changes={"tags": tags})
        return Response({})


class DeleteModelTag(RegistryAPI):
    """``registered-models/delete-tag``"""

    access = workspace_access(delete=Action.MODELS_WRITE)

    def delete(self, request: Request, **kwargs: Any) -> Response:
        """Take a tag off a model. Where there is none, nothing happens."""
        self.refuse_code()
        asked = self.asked(request)
        model, key = self.find_model(asked), text_in(asked, "key")
        tags = {name: value for name, value in model.tags.items() if name != key}
        edit_model(actor=self.actor, model=model, changes={"tags": tags})
        return Response({})


class ModelAliases(RegistryAPI):
    """``registered-models/alias``"""

    access = workspace_access(get=Action.MODELS_READ, post=Action.MODELS_WRITE, delete=Action.MODELS_WRITE)

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return the version that has an alias."""
        asked = self.asked(request)
        model, alias = self.find_model(asked), text_in(asked, "alias")
        if "/" in alias or "@" in alias:
            raise NotFound(_("The model has no alias “%(name)s”.") % {"name": alias[:100]})
        version = resolve_reference(self.workspace, f"{model.name}@{alias}", must_be_ready=False)
        return Response({"model_version": version_of(version)})

    def post(self, request: Request, **kwargs: Any) -> Response:
        """Give a version an alias; the one that had it loses it."""
        self.refuse_code()
        asked = self.asked(request)
        version = find_version(self.find_model(asked), text_in(asked, "version"))
        set_alias(actor=self.actor, version=version, alias=text_in(asked, "alias"))
        return Response({})

    def delete(self, request: Request, **kwargs: Any) -> Response:
        """Take an alias away."""
        self.refuse_code()
        asked = self.asked(request)
        delete_alias(actor=self.actor, model=self.find_model(asked), alias=text_in(asked, "alias"))
        return Response({})
