"""What other parts of the studio show of endpoints."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.activity import verbs
from apps.compute.hooks import WorkLink
from apps.compute.models import WorkKind, WorkOrder
from apps.core.hooks import ASSETS, Holding, NavigationEntry, SearchGroup, SearchResult
from apps.endpoints.models import Endpoint, Replica, Revision
from apps.experiments.hooks import RunAction
from apps.experiments.models import Run
from apps.registry.hooks import ModelAction, ModelUse
from apps.registry.models import ModelVersion
from apps.workspaces.models import Membership
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

MOST_RESULTS = 5


def navigation() -> list[NavigationEntry]:
    """The endpoints page, last of the assets."""
    return [
        NavigationEntry(
            ASSETS, gettext_lazy("Endpoints"), "endpoint", "endpoints:endpoints", Action.ENDPOINTS_READ, 470, "p"
        )
    ]


def search(request: HttpRequest, workspace: Any, text: str) -> list[SearchGroup]:
    """Find endpoints by name, from within a workspace."""
    user: Any = request.user
    membership = Membership.objects.filter(workspace=workspace, user=user).first() if workspace else None
    if not may(membership, Action.ENDPOINTS_READ):
        return []
    rows = Endpoint.objects.filter(workspace=workspace, name__icontains=text).select_related("workspace")
    items = [
        SearchResult(row.name, row.get_auth_mode_display(), row.get_absolute_url(), "endpoint")
        for row in rows.order_by("name")[:MOST_RESULTS]
    ]
    return [SearchGroup(_("Endpoints"), items)]


def workspace_holds(workspace_ids: Collection[UUID]) -> dict[UUID, list[Holding]]:
    """Return how many endpoints there are in workspaces."""
    rows = Endpoint.objects.filter(workspace__in=workspace_ids).order_by()
    counted = rows.values_list("workspace").annotate(Count("pk"))
    return {pk: [Holding(_("Endpoints"), count)] for pk, count in counted}


def work_links(orders: Collection[WorkOrder]) -> dict[UUID, WorkLink]:
    """Return the endpoint whose server a work order is."""
    runs = {order.subject_id: order.pk for order in orders if order.kind == WorkKind.REPLICA}
    rows = Replica.objects.filter(run__in=runs).select_related("deployment__endpoint__workspace")
    return {
        runs[row.run_id]: WorkLink(
            f"{row.deployment.endpoint.name}/{row.deployment.name}", row.deployment.endpoint.get_absolute_url()
        )
        for row in rows
        if row.run_id is not None
    }


def model_uses(version_ids: Collection[UUID], limit: int) -> list[ModelUse]:
    """Return the deployments that serve, or shall serve, one of these versions; they keep it from being deleted."""
    used = Q(deployment__revision=F("id")) | Q(deployment__candidate=F("id"))
    rows = Revision.objects.filter(used, model__in=version_ids).select_related("deployment__endpoint__workspace")
    return [
        ModelUse(
            version_id=row.model_id,
            kind=_("deployment"),
            label=f"{row.deployment.endpoint.name}/{row.deployment.name}",
            url=row.deployment.endpoint.get_absolute_url(),
            blocks=True,
        )
        for row in rows.order_by("-created_at")[:limit]
        if row.model_id is not None
    ]


def model_actions(version: ModelVersion) -> list[ModelAction]:
    """Offer to deploy a version."""
    url = f"{reverse('endpoints:deploy', args=[version.model.workspace.name])}?model={version.model.name}:{version.number}"
    return [ModelAction(gettext_lazy("Deploy"), url, "rocket", Action.ENDPOINTS_WRITE)]


def run_actions(run: Run) -> list[RunAction]:
    """Offer to deploy what a run has left."""
    if not run.output_bytes:
        return []
    url = reverse("endpoints:deploy-run", args=[run.workspace.name, run.pk])
    return [RunAction(_("Deploy"), url, "rocket", Action.ENDPOINTS_WRITE, takes_path=True)]


def register_verbs() -> None:
    """Say how records of what is done with endpoints read."""
    for verb, label, sentence in (
        ("created", gettext_lazy("Endpoint created"), gettext_lazy("%(actor)s created the endpoint %(summary)s")),
        ("edited", gettext_lazy("Endpoint changed"), gettext_lazy("%(actor)s changed the endpoint %(target)s")),
        ("deleted", gettext_lazy("Endpoint deleted"), gettext_lazy("%(actor)s deleted the endpoint %(summary)s")),
        (
            "key_regenerated",
            gettext_lazy("Key of an endpoint replaced"),
            gettext_lazy("%(actor)s replaced the %(key)s key of the endpoint %(target)s"),
        ),
        (
            "traffic_set",
            gettext_lazy("Traffic of an endpoint changed"),
            gettext_lazy("%(actor)s set the traffic of the endpoint %(summary)s"),
        ),
        (
            "deployment_created",
            gettext_lazy("Deployment created"),
            gettext_lazy("%(actor)s created the deployment %(summary)s"),
        ),
        (
            "deployment_updated",
            gettext_lazy("Deployment updated"),
            gettext_lazy("%(actor)s updated the deployment %(summary)s"),
        ),
        (
            "update_given_up",
            gettext_lazy("Update of a deployment given up"),
            gettext_lazy("%(actor)s gave up the update of the deployment %(summary)s"),
        ),
        (
            "deployment_scaled",
            gettext_lazy("Deployment scaled"),
            gettext_lazy("%(actor)s changed the number of replicas of %(summary)s to %(count)s"),
        ),
        (
            "scaling_set",
            gettext_lazy("Scaling of a deployment changed"),
            gettext_lazy(
                "%(actor)s had the number of replicas of %(summary)s follow its load, from %(least)s to %(most)s"
            ),
        ),
        (
            "collection_set",
            gettext_lazy("Data collection set"),
            gettext_lazy("%(actor)s has requests to %(summary)s collected"),
        ),
        (
            "collection_ended",
            gettext_lazy("Data collection ended"),
            gettext_lazy("%(actor)s ended the collection of requests to %(summary)s"),
        ),
        (
            "deployment_deleted",
            gettext_lazy("Deployment deleted"),
            gettext_lazy("%(actor)s deleted the deployment %(summary)s"),
        ),
    ):
        verbs.register(f"endpoint.{verb}", label, sentence)
