"""What the permission tests name in addresses of endpoints."""

from typing import Any

from apps.accounts.models import User
from apps.core.crypto import encrypt, token_hash
from apps.endpoints.models import Deployment, Endpoint, Replica, Revision
from apps.experiments.models import RunKind
from apps.workspaces.models import Workspace
from tests.environments.factories import EnvironmentFactory
from tests.experiments.factories import RunFactory

DEPLOYMENT = "blue"


def endpoint_name(workspace: Workspace, person: User) -> str:
    """An endpoint under a name that no other workspace has, with a deployment and a replica of it."""
    return _endpoint(workspace, person).name


def replica_id(workspace: Workspace, person: User) -> Any:
    """A replica of the endpoint that ``endpoint_name`` names."""
    endpoint = Endpoint.objects.filter(workspace=workspace).order_by("-created_at").first()
    return Replica.objects.get(deployment__endpoint=endpoint or _endpoint(workspace, person)).pk


def _endpoint(workspace: Workspace, person: User) -> Endpoint:
    number = Endpoint.objects.count()
    key = f"key-{workspace.pk}-{number}"
    endpoint = Endpoint.objects.create(
        workspace=workspace,
        name=f"only-{workspace.pk.hex[-12:]}-{number}",
        primary_key=encrypt(key),
        secondary_key=encrypt(key),
        primary_hash=token_hash(key),
        secondary_hash=token_hash(key),
    )
    deployment = Deployment.objects.create(endpoint=endpoint, name=DEPLOYMENT, latest_number=1)
    environment = EnvironmentFactory.create(workspace=workspace).latest
    settings = {"timeout_ms": 5000, "max_concurrent": 1, "max_queue_wait_ms": 500}
    revision = Revision.objects.create(
        deployment=deployment,
        number=1,
        environment=environment.pk,
        environment_name=environment.reference,
        request_settings=settings,
    )
    deployment.revision = revision
    deployment.save()
    run = RunFactory.create(workspace=workspace, experiment=None, kind=RunKind.REPLICA, submitted_by=person)
    Replica.objects.create(deployment=deployment, revision=revision, run=run)
    return endpoint
