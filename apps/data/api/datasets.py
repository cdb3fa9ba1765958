"""Datasets and their versions."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView, ListAPIView, ListCreateAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.idempotency import Idempotent
from apps.core.errors import InvalidInput
from apps.data import services
from apps.data.api.serializers import (
    CreateDatasetVersionSerializer,
    DatasetSerializer,
    DatasetVersionSerializer,
    EditDatasetSerializer,
    OneDatasetVersionSerializer,
)
from apps.data.filters import DatasetFilter
from apps.data.models import Dataset, DatasetVersion, Upload
from apps.workspaces.access import WorkspaceAPI, workspace_access
from apps.workspaces.roles import Action


class DatasetCollection(WorkspaceAPI, Idempotent, ListCreateAPIView[Dataset]):
    """The datasets of a workspace."""

    access = workspace_access(get=Action.DATA_READ, post=Action.DATA_WRITE)
    serializer_class = DatasetSerializer
    queryset = Dataset.objects.none()
    filterset_class = DatasetFilter

    def get_queryset(self) -> QuerySet[Dataset]:
        rows = Dataset.objects.filter(workspace=self.workspace)
        related = ("created_by", "latest__created_by", "latest__datastore")
        return rows.select_related(*related).defer("latest__columns")

    @extend_schema(request=CreateDatasetVersionSerializer, responses={201: OneDatasetVersionSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Make a dataset of a complete upload, or the next version of one."""
        command = CreateDatasetVersionSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        given = command.validated_data
        uploads = Upload.objects.filter(workspace=self.workspace).select_related("datastore")
        upload = uploads.filter(pk=given["upload"]).first()
        if upload is None:
            raise InvalidInput(
                {"upload": [_("There is no such upload; it may have become a dataset, or was given up.")]}
            )
        version = services.create_version(
            actor=self.actor,
            workspace=self.workspace,
            upload=upload,
            new=services.NewVersion(
                name=given["name"],
                kind=given["kind"],
                settings=services.settings_of_upload(upload, given.get("settings") or {})
                if given["kind"] == "tabular"
                else None,
                schema={change.pop("column"): change for change in given["schema"]},
                description=given.get("description"),
                tags=given.get("tags"),
                is_next=given["next_version"],
            ),
        )
        return Response(OneDatasetVersionSerializer(version).data, status=201)


class OneDatasetAPI(WorkspaceAPI):
    """Mix into views of one dataset; put it first. Sets ``self.dataset``."""

    dataset: Dataset

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find the dataset in the workspace, once it is known who calls."""
        super().initial(request, *args, **kwargs)
        found = services.find_dataset(self.workspace, kwargs["dataset_name"])
        if found is None:
            raise Http404
        self.dataset = found

    def versions(self) -> QuerySet[DatasetVersion]:
        """Return its versions, the latest first, without their columns."""
        rows = DatasetVersion.objects.filter(dataset=self.dataset)
        return rows.select_related("dataset__workspace", "created_by", "datastore").defer("columns").order_by("-number")


class DatasetItem(OneDatasetAPI, GenericAPIView[Dataset]):
    """One dataset."""

    access = workspace_access(get=Action.DATA_READ, patch=Action.DATA_WRITE, delete=Action.DATA_WRITE)
    serializer_class = DatasetSerializer
    queryset = Dataset.objects.none()

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return the dataset with its latest version."""
        return Response(DatasetSerializer(self.dataset).data)

    @extend_schema(request=EditDatasetSerializer)
    def patch(self, request: Request, **kwargs: Any) -> Response:
        """Describe the dataset, put it away, or bring it back. Whatever names it goes on working."""
        command = EditDatasetSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        changes = dict(command.validated_data)
        archived = changes.pop("archived", None)
        if changes:
            services.edit_dataset(actor=self.actor, dataset=self.dataset, changes=changes)
        if archived is not None:
            services.set_archived(actor=self.actor, dataset=self.dataset, archived=archived)
        self.dataset.refresh_from_db()
        return Response(DatasetSerializer(self.dataset).data)

    @extend_schema(
        parameters=[OpenApiParameter("confirm", str, description="The dataset's name, where something used it.")],
        responses={204: None},
    )
    def delete(self, request: Request, **kwargs: Any) -> Response:
        """Delete the dataset with all its versions and files. What something used asks for its name."""
        confirmed = request.query_params.get("confirm", "")
        services.delete_dataset(actor=self.actor, dataset=self.dataset, confirmed_name=confirmed)
        return Response(status=204)


class VersionCollection(OneDatasetAPI, ListAPIView[DatasetVersion]):
    """The versions of a dataset."""

    access = workspace_access(get=Action.DATA_READ)
    serializer_class = DatasetVersionSerializer
    queryset = DatasetVersion.objects.none()

    def get_queryset(self) -> QuerySet[DatasetVersion]:
        return self.versions()
