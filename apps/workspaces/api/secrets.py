"""Secrets of a workspace: names to read, values to write."""

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.workspaces import services
from apps.workspaces.access import WorkspaceAPI, workspace_access
from apps.workspaces.api.serializers import SecretSerializer, SetSecretSerializer
from apps.workspaces.models import Secret
from apps.workspaces.roles import Action


class SecretCollection(WorkspaceAPI, ListAPIView[Secret]):
    """The secrets' names."""

    access = workspace_access(get=Action.SECRETS_LIST)
    serializer_class = SecretSerializer
    queryset = Secret.objects.none()

    def get_queryset(self) -> QuerySet[Secret]:
        return Secret.objects.filter(workspace=self.workspace).defer("encrypted_value").select_related("set_by")


class SecretItem(WorkspaceAPI, GenericAPIView[Secret]):
    """One secret. Setting it twice does no harm, so no Idempotency-Key is needed."""

    access = workspace_access(get=Action.SECRETS_LIST, put=Action.SECRETS_WRITE, delete=Action.SECRETS_WRITE)
    serializer_class = SecretSerializer
    queryset = Secret.objects.none()

    def found(self, secret_name: str) -> Secret:
        """Return the secret of this workspace with that name."""
        rows = Secret.objects.filter(workspace=self.workspace).alias(lower_name=Lower("name"))
        return get_object_or_404(rows.select_related("workspace", "set_by"), lower_name=secret_name.lower())

    def get(self, request: Request, name: str, secret_name: str) -> Response:
        """Return who set the secret and when, not its value."""
        return Response(SecretSerializer(self.found(secret_name)).data)

    @extend_schema(
        request=SetSecretSerializer,
        responses={200: SecretSerializer, 201: OpenApiResponse(SecretSerializer, "There was no secret of this name.")},
    )
    def put(self, request: Request, name: str, secret_name: str) -> Response:
        """Set the secret's value; an earlier value is gone."""
        command = SetSecretSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        value = command.validated_data["value"]
        secret, created = services.set_secret(actor=self.actor, workspace=self.workspace, name=secret_name, value=value)
        return Response(SecretSerializer(secret).data, status=201 if created else 200)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, name: str, secret_name: str) -> Response:
        """Delete the secret."""
        services.delete_secret(actor=self.actor, secret=self.found(secret_name))
        return Response(status=204)
