"""Components and their versions."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.api.idempotency import Idempotent
from apps.core.api.parsers import OrjsonParser
from apps.core.errors import InvalidInput, NotFound
from apps.experiments.api.bodies import TakesCode, body_of
from apps.experiments.api.files import AFTER, BINARY, PATH, PREFIX, asked_folder, asked_path, stored_zip, tree_page
from apps.experiments.api.serializers import TreeSerializer
from apps.experiments.models import Snapshot
from apps.experiments.services.files import folder_of
from apps.experiments.snapshots.reading import file_of
from apps.pipelines.api.component_serializers import (
    ComponentComparisonSerializer,
    ComponentFileSerializer,
    ComponentNeedsSerializer,
    ComponentSerializer,
    ComponentVersionSerializer,
    EditComponentSerializer,
    EditComponentVersionSerializer,
    OneComponentVersionSerializer,
    RegisteredComponentSerializer,
)
from apps.pipelines.filters import ComponentFilter, ComponentVersionFilter
from apps.pipelines.models import Component, ComponentVersion
from apps.pipelines.services import comparing
from apps.pipelines.services import components as services
from apps.pipelines.services.component_files import check_file, register_file
from apps.pipelines.services.exporting import yaml_of
from apps.workspaces.access import WorkspaceAPI, workspace_access
from apps.workspaces.roles import Action

FORM = {
    "type": "object",
    "properties": {
        "component": {"type": "string", "description": "The YAML."},
        "files": {"type": "string", "description": "As JSON: texts of the files it refers to, by their paths."},
        "codes": {
            "type": "string",
            "description": "As JSON: ids of code that was sent before, by the keys of what is needed.",
        },
        "version": {"type": "string", "description": "In place of the one in the file."},
        "code": {"type": "string", "format": "binary", "description": "A zip of the code folder."},
    },
    "required": ["component"],
}
YAML = {(200, "application/yaml"): OpenApiTypes.STR}


class ComponentCollection(WorkspaceAPI, TakesCode, Idempotent, ListAPIView[Component]):
    """The components of a workspace."""

    access = workspace_access(get=Action.COMPONENTS_READ, post=Action.COMPONENTS_WRITE)
    parser_classes = (OrjsonParser, MultiPartParser)
    serializer_class = ComponentSerializer
    queryset = Component.objects.none()
    filterset_class = ComponentFilter

    def get_queryset(self) -> QuerySet[Component]:
        rows = Component.objects.filter(workspace=self.workspace)
        if name := self.request.query_params.get("name"):
            rows = rows.named(name)
        return rows.select_related("created_by", "latest__created_by").defer("latest__definition", "latest__source")

    @extend_schema(
        parameters=[
            OpenApiParameter("name", str, description="Only the component of this name, in any case of letters.")
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the components, each with its latest version."""
        return self.list(request, *args, **kwargs)

    @extend_schema(
        request={"application/json": ComponentFileSerializer, "multipart/form-data": FORM},
        responses={200: RegisteredComponentSerializer, 201: RegisteredComponentSerializer},
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Register a component file with its code. What does the same as the latest version is that version: 200, not 201."""
        data = _read(request)
        version, is_new = register_file(
            actor=self.actor,
            workspace=self.workspace,
            text=data["component"],
            snapshot=self.sent_code(),
            codes={key: str(code) for key, code in data["codes"].items()},
            texts=data["files"],
            version=data["version"],
        )
        said = RegisteredComponentSerializer(version, context={"is_new": is_new})
        return Response(said.data, status=201 if is_new else 200)


class CheckComponentFile(WorkspaceAPI, APIView):
    """Reads component files without registering anything."""

    access = workspace_access(post=Action.COMPONENTS_WRITE)

    @extend_schema(request=ComponentFileSerializer, responses=ComponentNeedsSerializer)
    def post(self, request: Request, name: str) -> Response:
        """Say what must be sent with a component file, and what would be read differently from how it is written."""
        data = _read(request)
        return Response(
            ComponentNeedsSerializer(check_file(self.workspace, data["component"], texts=data["files"])).data
        )


class OneComponentAPI(WorkspaceAPI):
    """Mix into views of one component; put it first. Sets ``self.component``."""

    component: Component

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find the component in the workspace, once it is known who calls."""
        super().initial(request, *args, **kwargs)
        self.component = services.get_component(self.workspace, kwargs["component_name"])


class ComponentItem(OneComponentAPI, GenericAPIView[Component]):
    """One component."""

    access = workspace_access(get=Action.COMPONENTS_READ, patch=Action.COMPONENTS_WRITE)
    serializer_class = ComponentSerializer
    queryset = Component.objects.none()

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return the component with its latest version."""
        return Response(ComponentSerializer(self.component).data)

    @extend_schema(request=EditComponentSerializer)
    def patch(self, request: Request, **kwargs: Any) -> Response:
        """Keep all versions from new use, or allow it again."""
        command = EditComponentSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        archived = command.validated_data["archived"]
        services.archive_component(actor=self.actor, component=self.component, archived=archived)
        return Response(ComponentSerializer(services.get_component(self.workspace, self.component.name)).data)


class ComponentCompare(OneComponentAPI, APIView):
    """Two versions of a component."""

    access = workspace_access(get=Action.COMPONENTS_READ)

    @extend_schema(
        parameters=[
            OpenApiParameter("a", str, required=True),
            OpenApiParameter("b", str, description="Default: the latest."),
        ],
        responses=ComponentComparisonSerializer,
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return two versions side by side, and the lines of their code that differ."""
        asked = request.query_params.get("a", "")
        if not asked:
            raise InvalidInput({"a": [_("Say which version is compared.")]})
        first = services.find_version(self.component, asked)
        second = services.find_version(self.component, request.query_params.get("b", "") or services.LATEST)
        answer = {
            "first": first,
            "second": second,
            "sections": comparing.compare(first, second),
            "files": comparing.changed_files(first, second),
        }
        return Response(ComponentComparisonSerializer(answer).data)


class VersionCollection(OneComponentAPI, ListAPIView[ComponentVersion]):
    """The versions of a component."""

    access = workspace_access(get=Action.COMPONENTS_READ)
    serializer_class = ComponentVersionSerializer
    queryset = ComponentVersion.objects.none()
    filterset_class = ComponentVersionFilter

    def get_queryset(self) -> QuerySet[ComponentVersion]:
        return services.versions_of(self.component).defer("definition", "source")


class OneVersionAPI(OneComponentAPI):
    """Mix into views of one version; put it first. Sets ``self.version``."""

    access = workspace_access(get=Action.COMPONENTS_READ)
    version: ComponentVersion

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find the version by what it is called, or ``latest``."""
        super().initial(request, *args, **kwargs)
        self.version = services.find_version(self.component, kwargs["version"])

    @property
    def code(self) -> Snapshot:
        """The code of the version."""
        if self.version.snapshot is None:
            raise NotFound(_("This version has no code of its own."))
        return self.version.snapshot


class VersionItem(OneVersionAPI, GenericAPIView[ComponentVersion]):
    """One version."""

    access = workspace_access(get=Action.COMPONENTS_READ, patch=Action.COMPONENTS_WRITE)
    serializer_class = OneComponentVersionSerializer
    queryset = ComponentVersion.objects.none()

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return a version by what it is called, or ``latest``, with what it does."""
        return Response(OneComponentVersionSerializer(self.version).data)

    @extend_schema(request=EditComponentVersionSerializer)
    def patch(self, request: Request, **kwargs: Any) -> Response:
        """Describe the version, keep it from new use, or allow it again."""
        command = EditComponentVersionSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        changes = dict(command.validated_data)
        archived = changes.pop("archived", None)
        if changes:
            services.edit_version(actor=self.actor, version=self.version, changes=changes)
        if archived is not None:
            services.archive_version(actor=self.actor, version=self.version, archived=archived)
        changed = services.find_version(self.component, self.version.version)
        return Response(OneComponentVersionSerializer(changed).data)


class VersionFile(OneVersionAPI, APIView):
    """A version as a component file."""

    @extend_schema(responses=YAML)
    def get(self, request: Request, **kwargs: Any) -> HttpResponse:
        """Return the version as a file for Azure ML v2: as it was registered, where that was by one."""
        name = f"{self.component.name}-{self.version.version}.yml"
        headers = {
            "Content-Disposition": content_disposition_header(True, name) or "attachment",
            "X-Content-Type-Options": "nosniff",
        }
        return HttpResponse(yaml_of(self.version), content_type="application/yaml; charset=utf-8", headers=headers)


class VersionCode(OneVersionAPI, APIView):
    """The code of a version."""

    @extend_schema(parameters=[PREFIX, AFTER], responses=TreeSerializer)
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return one level of the tree of code; an empty one where the version has none."""
        prefix = asked_folder(request)
        known = self.version.snapshot.files if self.version.snapshot else []
        files = ((file["path"], {"size": file["size"]}) for file in known if file["path"].startswith(prefix))
        return tree_page(request, folder_of(files, prefix))


class VersionCodeContent(OneVersionAPI, APIView):
    """One file of a version's code."""

    @extend_schema(parameters=[PATH], responses={(200, "text/plain"): OpenApiTypes.STR})
    def get(self, request: Request, **kwargs: Any) -> HttpResponse:
        """Return a file of up to 1 MiB as plain text, whatever it is; bytes that are no text are replaced."""
        path = asked_path(request)
        headers = {
            "Content-Disposition": content_disposition_header(True, path.rpartition("/")[2]) or "attachment",
            "X-Content-Type-Options": "nosniff",
        }
        text = file_of(self.code, path).decode(errors="replace")
        return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=headers)


class VersionCodeZip(OneVersionAPI, APIView):
    """All code of a version."""

    @extend_schema(responses=BINARY)
    def get(self, request: Request, **kwargs: Any) -> HttpResponseBase:
        """Return the code as a zip."""
        return stored_zip(self.code, f"{self.component.name}-{self.version.version}-code.zip")


def _read(request: Request) -> dict[str, Any]:
    command = ComponentFileSerializer(data=body_of(request, "files", "codes"))
    command.is_valid(raise_exception=True)
    data: dict[str, Any] = command.validated_data
    return data
