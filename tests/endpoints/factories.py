"""Endpoints with deployments, and runners that say what they would say of their servers."""

from typing import Any

from apps.accounts.models import User
from apps.compute.models import WorkOrder
from apps.compute.services import end_work, record_progress
from apps.endpoints import services
from apps.endpoints.models import Deployment, Endpoint, Replica
from apps.registry.models import ModelVersion
from apps.registry.states import ModelType
from apps.workspaces.models import Workspace
from tests.compute.factories import ComputeTargetFactory
from tests.environments.factories import BuildFactory, EnvironmentFactory
from tests.registry.factories import ModelFactory
from tests.workspaces.factories import WorkspaceFactory, member


class Setting:
    """A workspace with an MLflow model, an environment that is ready, and somebody who may deploy."""

    def __init__(self, role: str = "contributor", **build: Any) -> None:
        self.workspace: Workspace = WorkspaceFactory.create()
        self.actor: User = member(self.workspace, role)
        ComputeTargetFactory.create(workspace=self.workspace)
        built = BuildFactory.create(**(build or {"ready": True}))
        self.environment = EnvironmentFactory.create(workspace=self.workspace, build=built)
        self.model = self.add_model()

    def add_model(self, **fields: Any) -> ModelVersion:
        """Return a further model, MLflow's unless told otherwise."""
        version: ModelVersion = ModelFactory.create(workspace=self.workspace).latest
        values = {"type": ModelType.MLFLOW, "manifest": {"flavors": {"python_function": {}}}}
        values |= {"environment": self.environment.latest.reference, **fields}
        ModelVersion.objects.filter(pk=version.pk).update(**values)
        return ModelVersion.objects.select_related("model__workspace").get(pk=version.pk)

    def settings(self, **fields: Any) -> services.Settings:
        """Return settings of a deployment of the model."""
        values = {"model": self.model, "environment": self.environment.latest.reference, **fields}
        return services.Settings(**values)

    def endpoint(self, name: str = "iris") -> Endpoint:
        """Return a new endpoint."""
        return services.create_endpoint(actor=self.actor, workspace=self.workspace, name=name)

    def deployment(
        self, endpoint: Endpoint | None = None, name: str = "blue", count: int = 1, **settings: Any
    ) -> Deployment:
        """Return a new deployment of an endpoint, ``iris`` if none is given."""
        return services.create_deployment(
            actor=self.actor,
            endpoint=endpoint or self.endpoint(),
            name=name,
            settings=self.settings(**settings),
            instance_count=count,
        )


def open_replicas(deployment: Deployment) -> list[Replica]:
    """Return the replicas that have not ended, the oldest first."""
    rows = Replica.objects.filter(deployment=deployment, ended_at=None).select_related("run__order", "revision")
    return list(rows.order_by("created_at", "pk"))


def order_of(replica: Replica) -> WorkOrder:
    """Return the work order of a replica as it is now."""
    replica.refresh_from_db()
    assert replica.run is not None
    assert replica.run.order_id is not None
    return WorkOrder.objects.select_related("workspace", "target", "agent").get(pk=replica.run.order_id)


def report(replica: Replica, state: str = "ready", address: str = "", **says: Any) -> bool:
    """Say something of a replica's server as its runner would; returns whether it shall finish."""
    order = order_of(replica)
    if order.state in ("Waiting", "Leased"):
        record_progress(order, stage="run", stages=[], began=True)
        order.refresh_from_db()
    place = address or f"unix:/tmp/{str(replica.pk)[-12:]}.sock"
    return services.record_report(order, state=state, address=place, **says)


def end(replica: Replica, outcome: str = "failed", **says: Any) -> None:
    """Say that a replica's server has ended."""
    end_work(order_of(replica), outcome=outcome, **says)


def make_ready(deployment: Deployment, **says: Any) -> list[Replica]:
    """Bring a deployment up as its runners would; returns its replicas."""
    services.reconcile(deployment.pk)
    for replica in open_replicas(deployment):
        if replica.state == "loading":
            report(replica, **says)
    services.reconcile(deployment.pk)
    deployment.refresh_from_db()
    return open_replicas(deployment)
