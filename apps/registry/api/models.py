"""Models and their aliases."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView, ListCreateAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.api.idempotency import Idempotent
from apps.core.errors import InvalidInput
from apps.data.models import Upload
from apps.registry import services
from apps.registry.api.serializers import (
    EditModelSerializer,
    ModelAliasSerializer,
    ModelComparisonSerializer,
    ModelFileContentSerializer,
    ModelSerializer,
    OneModelSerializer,
    OneModelVersionSerializer,
    ReadModelFileSerializer,
    RegisterModelSerializer,
    SetAliasSerializer,
)
from apps.registry.filters import ModelFilter
from apps.registry.models import ModelAlias, ModelVersion, RegisteredModel
from apps.workspaces.access import WorkspaceAPI, workspace_access
from apps.workspaces.roles import Action

CONFIRM = OpenApiParameter("confirm", str, description="The model's name, to delete what is used.")


class ModelCollection(WorkspaceAPI, Idempotent, ListCreateAPIView[RegisteredModel]):
    """The models of a workspace."""

    access = workspace_access(get=Action.MODELS_READ, post=Action.MODELS_WRITE)
    serializer_class = ModelSerializer
    queryset = RegisteredModel.objects.none()
    filterset_class = ModelFilter

    def get_queryset(self) -> QuerySet[RegisteredModel]:
        rows = RegisteredModel.objects.filter(workspace=self.workspace)
        if name := self.request.query_params.get("name"):
            rows = rows.named(name)
        related = ("created_by", "latest__created_by", "latest__run")
        return rows.select_related(*related).prefetch_related("latest__aliases").defer("latest__manifest")

    @extend_schema(
        parameters=[OpenApiParameter("name", str, description="Only the model of this name, in any case of letters.")]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the models, each with its latest version."""
        return self.list(request, *args, **kwargs)

    @extend_schema(request=RegisterModelSerializer, responses={201: OneModelVersionSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Register a version: of files of a run, which are copied in the background, or of a complete upload."""
        command = RegisterModelSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        said = dict(command.validated_data)
        stage = said.pop("stage", None)
        version = self._register(said.pop("name"), said)
        if stage:
            version = services.set_stage(actor=self.actor, version=version, stage=stage)
        return Response(OneModelVersionSerializer(version).data, status=201)

    def _register(self, name: str, said: dict[str, Any]) -> ModelVersion:
        run_name, path, upload_id = said.pop("run", None), said.pop("path", None), said.pop("upload", None)
        who: dict[str, Any] = {"actor": self.actor, "workspace": self.workspace, "name": name}
        if upload_id is not None:
            uploads = Upload.objects.filter(workspace=self.workspace, pk=upload_id)
            upload = uploads.select_related("datastore").first()
            if upload is None:
                message = _("There is no such upload; it may have become something else, or was given up.")
                raise InvalidInput({"upload": [message]})
            return services.register_from_upload(**who, upload=upload, **said)
        if run_name is None:
            source = services.read_source(path or "")
            if source is None:
                message = _("Say where the files are: “run” and “path”, “path” with runs:/<run>/<path>, or “upload”.")
                raise InvalidInput({"path": [message]})
            run_name, path = source.run, source.path
        run = services.find_run(self.workspace, run_name)
        return services.register_from_run(**who, run=run, path=path or "", **said)


class ModelFileReading(WorkspaceAPI, APIView):
    """Reads model files."""

    access = workspace_access(post=Action.MODELS_WRITE)

    @extend_schema(request=ReadModelFileSerializer, responses=ModelFileContentSerializer)
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Say what a model file means, without registering anything."""
        command = ReadModelFileSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        return Response(ModelFileContentSerializer(services.read_model_file(command.validated_data["file"])).data)


class OneModelAPI(WorkspaceAPI):
    """Mix into views of one model; put it first. Sets ``self.model``."""

    model: RegisteredModel

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find the model in the workspace, once it is known who calls."""
        super().initial(request, *args, **kwargs)
        self.model = services.get_model(self.workspace, kwargs["model_name"])


class ModelItem(OneModelAPI, GenericAPIView[RegisteredModel]):
    """One model."""

    access = workspace_access(get=Action.MODELS_READ, patch=Action.MODELS_WRITE, delete=Action.MODELS_WRITE)
    serializer_class = OneModelSerializer
    queryset = RegisteredModel.objects.none()

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return the model with its latest version."""
        return Response(OneModelSerializer(self.model).data)

    @extend_schema(request=EditModelSerializer)
    def patch(self, request: Request, **kwargs: Any) -> Response:
        """Describe or rename the model, put it away, or bring it back."""
        command = EditModelSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        changes = dict(command.validated_data)
        archived = changes.pop("archived", None)
        if changes:
            self.model = services.edit_model(actor=self.actor, model=self.model, changes=changes)
        if archived is not None:
            services.archive_model(actor=self.actor, model=self.model, archived=archived)
        return Response(OneModelSerializer(services.get_model(self.workspace, self.model.name)).data)

    @extend_schema(parameters=[CONFIRM], responses={204: None})
    def delete(self, request: Request, **kwargs: Any) -> Response:
        """Delete the model with all its versions and files. Asks for its name, and refuses while a deployment uses it."""
        confirmed = request.query_params.get("confirm", "")
        services.delete_model(actor=self.actor, model=self.model, confirm_name=confirmed)
        return Response(status=204)


class AliasItem(OneModelAPI, GenericAPIView[ModelAlias]):
    """An alias of a model."""

    access = workspace_access(put=Action.MODELS_WRITE, delete=Action.MODELS_WRITE)
    serializer_class = ModelAliasSerializer
    queryset = ModelAlias.objects.none()

    @extend_schema(request=SetAliasSerializer)
    def put(self, request: Request, **kwargs: Any) -> Response:
        """Give a version the alias; one that had it before loses it."""
        command = SetAliasSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        version = services.find_version(self.model, command.validated_data["version"])
        alias = services.set_alias(actor=self.actor, version=version, alias=kwargs["alias"])
        return Response(ModelAliasSerializer(alias).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, **kwargs: Any) -> Response:
        """Take the alias away."""
        services.delete_alias(actor=self.actor, model=self.model, alias=kwargs["alias"])
        return Response(status=204)


class ModelCompare(OneModelAPI, GenericAPIView[ModelVersion]):
    """Two versions side by side."""

    access = workspace_access(get=Action.MODELS_READ)
    serializer_class = ModelComparisonSerializer
    queryset = ModelVersion.objects.none()

    @extend_schema(parameters=[OpenApiParameter("a", str, required=True), OpenApiParameter("b", str, required=True)])
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return details, metrics and parameters of the runs, signature, packages, tags and the files that differ."""
        asked = request.query_params
        missing = {name: [_("Say which version: ?a=1&b=2")] for name in ("a", "b") if not asked.get(name)}
        if missing:
            raise InvalidInput(missing)
        first, second = (services.find_version(self.model, asked[name]) for name in ("a", "b"))
        answer = {"first": first, "second": second, "rows": services.compare(first, second)}
        return Response(ModelComparisonSerializer(answer).data)
