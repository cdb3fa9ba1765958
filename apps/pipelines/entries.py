"""What other parts of the studio show of components and published pipelines."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.activity import verbs
from apps.core.hooks import ASSETS, Holding, NavigationEntry, SearchGroup, SearchResult
from apps.experiments.hooks import RunAction
from apps.experiments.models import Run, RunKind
from apps.pipelines.models import Component, PipelineEndpoint
from apps.workspaces.models import Membership
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

MOST_RESULTS = 5


def navigation() -> list[NavigationEntry]:
    """The components page, among the assets."""
    entry = NavigationEntry(
        ASSETS, gettext_lazy("Components"), "component", "pipelines:components", Action.COMPONENTS_READ, 430, "o"
    )
    return [entry]


def search(request: HttpRequest, workspace: Any, text: str) -> list[SearchGroup]:
    """Find components and pipeline endpoints by name, from within a workspace."""
    user: Any = request.user
    membership = Membership.objects.filter(workspace=workspace, user=user).first() if workspace else None
    groups = []
    if may(membership, Action.COMPONENTS_READ):
        rows = Component.objects.filter(workspace=workspace, archived_at=None, name__icontains=text)
        found = rows.select_related("workspace", "latest").order_by("name")[:MOST_RESULTS]
        items = [
            SearchResult(row.name, row.latest.display_name if row.latest else "", row.get_absolute_url(), "component")
            for row in found
        ]
        groups.append(SearchGroup(_("Components"), items))
    if may(membership, Action.PIPELINES_READ):
        endpoints = PipelineEndpoint.objects.filter(workspace=workspace, archived_at=None, name__icontains=text)
        items = [
            SearchResult(row.name, "", row.get_absolute_url(), "endpoint")
            for row in endpoints.select_related("workspace").order_by("name")[:MOST_RESULTS]
        ]
        groups.append(SearchGroup(_("Pipeline endpoints"), items))
    return groups


def run_actions(run: Run) -> list[RunAction]:
    """Publishing the pipeline of a run."""
    if run.kind != RunKind.PIPELINE or run.parent_id is not None:
        return []
    url = reverse("pipelines:publish-run", args=[run.workspace.name, run.pk])
    return [RunAction(_("Publish"), url, "rocket", Action.PIPELINES_WRITE)]


def workspace_holds(workspace_ids: Collection[UUID]) -> dict[UUID, list[Holding]]:
    """Return how many components and pipeline endpoints there are in workspaces."""
    held: dict[UUID, list[Holding]] = {}
    for model, label in ((Component, _("Components")), (PipelineEndpoint, _("Pipeline endpoints"))):
        rows = model._default_manager.filter(workspace__in=workspace_ids).order_by()
        for pk, count in rows.values_list("workspace").annotate(Count("pk")):
            held.setdefault(pk, []).append(Holding(label, count))
    return held


def register_verbs() -> None:
    """Say how records of what is done with components and published pipelines read."""
    for verb, label, sentence in (
        (
            "run.resumed",
            gettext_lazy("Run resumed"),
            gettext_lazy("%(actor)s resumed %(earlier)s from where it had stopped, as %(target)s"),
        ),
        (
            "component.registered",
            gettext_lazy("Component registered"),
            gettext_lazy("%(actor)s registered the component %(summary)s"),
        ),
        (
            "component.version_edited",
            gettext_lazy("Component described"),
            gettext_lazy("%(actor)s described the component %(summary)s"),
        ),
        (
            "component.version_archived",
            gettext_lazy("Component version archived"),
            gettext_lazy("%(actor)s archived the component %(summary)s"),
        ),
        (
            "component.version_unarchived",
            gettext_lazy("Component version taken out of the archive"),
            gettext_lazy("%(actor)s took the component %(summary)s out of the archive"),
        ),
        ("component.archived", gettext_lazy("Component archived"), gettext_lazy("%(actor)s archived the component %(target)s")),
        (
            "component.unarchived",
            gettext_lazy("Component taken out of the archive"),
            gettext_lazy("%(actor)s took the component %(target)s out of the archive"),
        ),
        ("pipeline.published", gettext_lazy("Pipeline published"), gettext_lazy("%(actor)s published the pipeline %(target)s")),
        (
            "pipeline.enabled",
            gettext_lazy("Published pipeline enabled"),
            gettext_lazy("%(actor)s enabled the published pipeline %(target)s"),
        ),
        (
            "pipeline.disabled",
            gettext_lazy("Published pipeline disabled"),
            gettext_lazy("%(actor)s disabled the published pipeline %(target)s"),
        ),
        (
            "pipeline.edited",
            gettext_lazy("Published pipeline described"),
            gettext_lazy("%(actor)s described the published pipeline %(target)s"),
        ),
        (
            "pipeline_endpoint.created",
            gettext_lazy("Pipeline endpoint created"),
            gettext_lazy("%(actor)s created the pipeline endpoint %(target)s"),
        ),
        (
            "pipeline_endpoint.edited",
            gettext_lazy("Pipeline endpoint changed"),
            gettext_lazy("%(actor)s changed the pipeline endpoint %(target)s"),
        ),
        (
            "pipeline_endpoint.version_added",
            gettext_lazy("Version added to a pipeline endpoint"),
            gettext_lazy("%(actor)s added version %(version)s to the pipeline endpoint %(target)s"),
        ),
        (
            "pipeline_endpoint.default_set",
            gettext_lazy("Default version of a pipeline endpoint set"),
            gettext_lazy("%(actor)s made version %(version)s the default of the pipeline endpoint %(target)s"),
        ),
        (
            "pipeline_endpoint.enabled",
            gettext_lazy("Pipeline endpoint enabled"),
            gettext_lazy("%(actor)s enabled the pipeline endpoint %(target)s"),
        ),
        (
            "pipeline_endpoint.disabled",
            gettext_lazy("Pipeline endpoint disabled"),
            gettext_lazy("%(actor)s disabled the pipeline endpoint %(target)s"),
        ),
        (
            "pipeline_endpoint.archived",
            gettext_lazy("Pipeline endpoint archived"),
            gettext_lazy("%(actor)s archived the pipeline endpoint %(target)s"),
        ),
        (
            "pipeline_endpoint.unarchived",
            gettext_lazy("Pipeline endpoint taken out of the archive"),
            gettext_lazy("%(actor)s took the pipeline endpoint %(target)s out of the archive"),
        ),
        (
            "pipeline_endpoint.key_regenerated",
            gettext_lazy("Key of a pipeline endpoint replaced"),
            gettext_lazy("%(actor)s replaced the %(key)s key of the pipeline endpoint %(target)s"),
        ),
        (
            "pipeline_endpoint.called",
            gettext_lazy("Pipeline endpoint called with a key"),
            gettext_lazy("The %(key)s key of the pipeline endpoint %(target)s submitted the run %(run)s"),
        ),
    ):  # fmt: skip
        verbs.register(verb, label, sentence)
