"""Pages below ``/workspaces/<name>/endpoints/``. What stands below ``-/`` is of no endpoint: no name begins so."""

from django.urls import path

from apps.endpoints.views import change, deploy, from_run, lists, monitoring, pages, revisions, trial

app_name = "endpoints"

_one = "<str:endpoint_name>/"
_deployment = f"{_one}deployments/<str:deployment_name>/"

urlpatterns = [
    path("", lists.endpoints, name="endpoints"),
    path("-/deploy/", deploy.deploy, name="deploy"),
    path("-/deploy/run/<uuid:run_id>/", from_run.deploy_run, name="deploy-run"),
    path(_one, pages.details, name="endpoint"),
    path(f"{_one}test/", trial.test, name="test"),
    path(f"{_one}consume/", pages.consume, name="consume"),
    path(f"{_one}logs/", pages.logs, name="logs"),
    path(f"{_one}monitoring/", monitoring.monitoring, name="monitoring"),
    path(f"{_one}edit/", change.edit, name="edit"),
    path(f"{_one}delete/", change.delete, name="delete"),
    path(f"{_one}traffic/", change.traffic, name="traffic"),
    path(f"{_one}keys/regenerate/", change.regenerate, name="regenerate"),
    path(f"{_deployment}update/", deploy.update, name="update"),
    path(f"{_deployment}revisions/", revisions.revisions, name="revisions"),
    path(f"{_deployment}roll-back/", revisions.roll_back, name="roll-back"),
    path(f"{_deployment}collection/", change.collection, name="collection"),
    path(f"{_deployment}yaml/", revisions.deployment_file, name="deployment-yaml"),
    path(f"{_deployment}give-up/", change.give_up, name="give-up"),
    path(f"{_deployment}scale/", change.scale, name="scale"),
    path(f"{_deployment}delete/", change.delete_deployment, name="delete-deployment"),
]
