"""Addresses below ``/api/v1/``."""

from django.urls import path

from apps.endpoints.api import deployments, endpoints, work

_all = "workspaces/<str:name>/endpoints/"
_one = f"{_all}<str:endpoint_name>/"
_deployment = f"{_one}deployments/<str:deployment_name>/"
_logs = f"{_one}replicas/<uuid:replica_id>/logs/"

urlpatterns = [
    path("work/replica/", work.WorkReplica.as_view(), name="api-work-replica"),
    path(_all, endpoints.EndpointCollection.as_view(), name="api-endpoints"),
    path(f"{_all}-/deployment-file/", deployments.CheckDeploymentFile.as_view(), name="api-deployment-file"),
    path(_one, endpoints.EndpointItem.as_view(), name="api-endpoint"),
    path(f"{_one}yaml/", endpoints.EndpointFile.as_view(), name="api-endpoint-yaml"),
    path(f"{_one}traffic/", endpoints.Traffic.as_view(), name="api-endpoint-traffic"),
    path(f"{_one}keys/", endpoints.Keys.as_view(), name="api-endpoint-keys"),
    path(f"{_one}token/", endpoints.Token.as_view(), name="api-endpoint-token"),
    path(f"{_one}pass/", endpoints.TrialPass.as_view(), name="api-endpoint-pass"),
    path(f"{_one}figures/", endpoints.Figures.as_view(), name="api-endpoint-figures"),
    path(f"{_one}deployments/", deployments.DeploymentCollection.as_view(), name="api-deployments"),
    path(_deployment, deployments.DeploymentItem.as_view(), name="api-deployment"),
    path(f"{_deployment}revisions/", deployments.RevisionCollection.as_view(), name="api-revisions"),
    path(f"{_deployment}roll-back/", deployments.RollBack.as_view(), name="api-roll-back"),
    path(f"{_deployment}scale-events/", deployments.ScaleEventCollection.as_view(), name="api-scale-events"),
    path(f"{_deployment}yaml/", deployments.DeploymentFile.as_view(), name="api-deployment-yaml"),
    path(f"{_deployment}replicas/", deployments.ReplicaCollection.as_view(), name="api-replicas"),
    path(_logs, deployments.ReplicaLogs.as_view()),
    path(f"{_logs}lines/", deployments.ReplicaLogLines.as_view()),
    path(f"{_logs}search/", deployments.ReplicaLogSearch.as_view()),
    path(f"{_logs}content/", deployments.ReplicaLogContent.as_view()),
]
