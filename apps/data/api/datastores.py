"""Datastores, and what lies in them."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.data import services
from apps.data.api.serializers import DatastoreSerializer, ListingSerializer
from apps.data.models import Datastore
from apps.data.stores import browse
from apps.workspaces.access import WorkspaceAPI, workspace_access
from apps.workspaces.roles import Action


class DatastoreCollection(WorkspaceAPI, ListAPIView[Datastore]):
    """The datastores of a workspace."""

    access = workspace_access(get=Action.DATA_READ)
    serializer_class = DatastoreSerializer
    queryset = Datastore.objects.none()

    def get_queryset(self) -> QuerySet[Datastore]:
        return Datastore.objects.filter(workspace=self.workspace)


class OneDatastoreAPI(WorkspaceAPI):
    """Mix into views of one datastore; put it first. Sets ``self.datastore``."""

    datastore: Datastore

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find the datastore in the workspace, once it is known who calls."""
        super().initial(request, *args, **kwargs)
        found = services.find_datastore(self.workspace, kwargs["datastore_name"])
        if found is None:
            raise Http404
        self.datastore = found


class DatastoreItem(OneDatastoreAPI, GenericAPIView[Datastore]):
    """One datastore."""

    access = workspace_access(get=Action.DATA_READ)
    serializer_class = DatastoreSerializer
    queryset = Datastore.objects.none()

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return the datastore."""
        return Response(DatastoreSerializer(self.datastore).data)


class DatastoreListing(OneDatastoreAPI, GenericAPIView[Datastore]):
    """What lies in a folder of a datastore."""

    access = workspace_access(get=Action.DATA_READ)
    serializer_class = ListingSerializer
    queryset = Datastore.objects.none()

    @extend_schema(parameters=[OpenApiParameter("folder", str)], responses=ListingSerializer)
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return folders and files directly in a folder; nothing where there is no such folder."""
        listing = browse(self.datastore, request.query_params.get("folder", "").strip("/"))
        return Response(ListingSerializer(listing).data)
