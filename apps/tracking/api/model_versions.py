"""Versions of registered models as MLflow's clients make, describe and find them."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.errors import NotFound
from apps.experiments.ingestion.callers import runs_of_code
from apps.registry.models import ModelFile, ModelVersion
from apps.registry.services import (
    NewVersion,
    SourceFile,
    check_ready,
    delete_version,
    edit_version,
    register_files,
    register_from_run,
    resolve_reference,
    set_stage,
)
from apps.tracking.api.registry import RegistryAPI
from apps.tracking.asked import number_in, text_in
from apps.tracking.dialect import model_id
from apps.tracking.logged_models import texts_in
from apps.tracking.models import LoggedModel
from apps.tracking.registry import LOGGED_MODEL, Source, download_uri, read_source, version_of
from apps.tracking.search.paging import page
from apps.tracking.search.registry import find_versions
from apps.workspaces.access import workspace_access
from apps.workspaces.roles import Action

MOST_LISTED = 10_000


class CreateVersion(RegistryAPI):
    """``model-versions/create``"""

    access = workspace_access(post=Action.MODELS_WRITE)

    def post(self, request: Request, **kwargs: Any) -> Response:
        """Make a version of files of a run, of a logged model or of another version; its files are copied."""
        asked = self.asked(request)
        said: dict[str, Any] = {
            "description": str(asked.get("description") or ""),
            "tags": texts_in(asked.get("tags"), "tags"),
            "source": text_in(asked, "source"),
        }
        name, source = text_in(asked, "name"), read_source(said["source"])
        if source.version or source.reference:
            version = self._copied(name, source, said)
        else:
            logged = self._logged(source, asked.get("model_id"))
            if logged is not None:
                said["properties"] = {LOGGED_MODEL: model_id(logged.pk)}
            run = logged.run if source.logged_model and logged else self.find_run(source.run)
            path = logged.folder if source.logged_model and logged else source.path
            version = register_from_run(
                actor=self.person, workspace=self.workspace, name=name, run=run, path=path, **said
            )
        return Response({"model_version": version_of(version)})

    def _logged(self, source: Source, said: Any) -> LoggedModel | None:
        """Return the logged model of which this is, as far as the caller may reach its run."""
        found = LoggedModel.objects.filter(workspace=self.workspace, run__deleted_at=None).select_related("run")
        if self.order is not None:
            found = found.filter(run__in=runs_of_code(self.order))
        key = source.logged_model
        if key is None and isinstance(said, str):
            key = read_source(f"models:/{said}").logged_model
        logged = found.filter(pk=key).first() if key else None
        if source.logged_model and logged is None:
            raise NotFound(
                _("There is no logged model %(id)s in this workspace.") % {"id": model_id(source.logged_model)}
            )
        return logged

    def _copied(self, name: str, source: Source, said: dict[str, Any]) -> ModelVersion:
        """Make a version of another one, as ``copy_model_version`` does."""
        self.refuse_code()
        if source.version:
            other = ModelVersion.objects.filter(pk=source.version, model__workspace=self.workspace).first()
            if other is None:
                raise NotFound(_("There is no version %(id)s in this workspace.") % {"id": source.version})
            check_ready(other)
        else:
            other = resolve_reference(self.workspace, source.reference)
        rows = ModelFile.objects.filter(version=other).order_by("path").values_list("path", "size", "sha256")
        files = [SourceFile(path, size, sha256, other.key_of(path)) for path, size, sha256 in rows]
        new = NewVersion(**said, root=other.root, environment=other.environment, run=other.run)
        return register_files(actor=self.actor, workspace=self.workspace, name=name, files=files, new=new)


class GetVersion(RegistryAPI):
    """``model-versions/get``"""

    access = workspace_access(get=Action.MODELS_READ)

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return a version."""
        return Response({"model_version": version_of(self.find_version(self.asked(request)))})


class UpdateVersion(RegistryAPI):
    """``model-versions/update``"""

    access = workspace_access(patch=Action.MODELS_WRITE)

    def patch(self, request: Request, **kwargs: Any) -> Response:
        """Describe a version."""
        asked = self.asked(request)
        version = self.find_version(asked)
        self.check_own(version)
        changes = {"description": str(asked.get("description") or "")}
        return Response(
            {"model_version": version_of(edit_version(actor=self.person, version=version, changes=changes))}
        )


class DeleteVersion(RegistryAPI):
    """``model-versions/delete``"""

    access = workspace_access(delete=Action.MODELS_WRITE)

    def delete(self, request: Request, **kwargs: Any) -> Response:
        """Delete a version, unless something uses it. Clients confirm by the name that they must give."""
        self.refuse_code()
        version = self.find_version(self.asked(request))
        delete_version(actor=self.actor, version=version, confirm_name=version.model.name)
        return Response({})


class SearchVersions(RegistryAPI):
    """``model-versions/search``"""

    access = workspace_access(get=Action.MODELS_READ)

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return versions of all models, those that changed last first unless the request says otherwise."""
        asked = self.asked(request)
        rows = ModelVersion.objects.filter(model__in=self.models(), archived_at=None).defer("manifest")
        order_by = request.query_params.getlist("order_by")
        found = find_versions(rows, where=asked.get("filter"), order_by=order_by)
        found = found.select_related("model", "created_by").prefetch_related("aliases")
        shown, token = page(found, asked.get("page_token"), number_in(asked, "max_results", MOST_LISTED, 200_000))
        answer: dict[str, Any] = {"model_versions": [version_of(row) for row in shown]}
        return Response({**answer, "next_page_token": token} if token else answer)


class DownloadUri(RegistryAPI):
    """``model-versions/get-download-uri``"""

    access = workspace_access(get=Action.MODELS_READ)

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return where a version's files are, once they are all there."""
        version = self.find_version(self.asked(request))
        check_ready(version)
        return Response({"artifact_uri": download_uri(version)})


class TransitionStage(RegistryAPI):
    """``model-versions/transition-stage``"""

    access = workspace_access(post=Action.MODELS_WRITE)

    def post(self, request: Request, **kwargs: Any) -> Response:
        """Move a version to a stage."""
        self.refuse_code()
        asked = self.asked(request)
        version = set_stage(
            actor=self.actor,
            version=self.find_version(asked),
            stage=text_in(asked, "stage"),
            archive_existing=str(asked.get("archive_existing_versions")).lower() == "true",
        )
        return Response({"model_version": version_of(version)})


class SetVersionTag(RegistryAPI):
    """``model-versions/set-tag``"""

    access = workspace_access(post=Action.MODELS_WRITE)

    def post(self, request: Request, **kwargs: Any) -> Response:
        """Give a version a tag, in place of what had its name."""
        asked = self.asked(request)
        version, key = self.find_version(asked), text_in(asked, "key")
        self.check_own(version)
        tags = {**version.tags, key: str(asked.get("value") or "")}
        edit_version(actor=self.person, version=version, changes={"tags": tags})
        return Response({})


class DeleteVersionTag(RegistryAPI):
    """``model-versions/delete-tag``"""

    access = workspace_access(delete=Action.MODELS_WRITE)

    def delete(self, request: Request, **kwargs: Any) -> Response:
        """Take a tag off a version. Where there is none, nothing happens."""
        asked = self.asked(request)
        version, key = self.find_version(asked), text_in(asked, "key")
        self.check_own(version)
        tags = {name: value for name, value in version.tags.items() if name != key}
        edit_version(actor=self.person, version=version, changes={"tags": tags})
        return Response({})
