"""What other parts of the studio show of models."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Count, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.activity import verbs
from apps.core.hooks import ASSETS, Content, Holding, NavigationEntry, SearchGroup, SearchResult
from apps.experiments.hooks import RunAction, RunLink
from apps.experiments.models import Run
from apps.registry.models import ModelFile, ModelVersion, RegisteredModel
from apps.registry.services.files import content_of
from apps.registry.services.versions import versions_of_run
from apps.registry.states import VersionState
from apps.workspaces.models import Membership
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

MOST_RESULTS = 5
SOURCE = "models"


def navigation() -> list[NavigationEntry]:
    """The models page, among the assets."""
    return [NavigationEntry(ASSETS, gettext_lazy("Models"), "model", "registry:models", Action.MODELS_READ, 460, "m")]


def search(request: HttpRequest, workspace: Any, text: str) -> list[SearchGroup]:
    """Find models by name, from within a workspace."""
    user: Any = request.user
    membership = Membership.objects.filter(workspace=workspace, user=user).first() if workspace else None
    if not may(membership, Action.MODELS_READ):
        return []
    rows = RegisteredModel.objects.filter(workspace=workspace, archived_at=None, name__icontains=text)
    items = [
        SearchResult(
            row.name, row.latest.get_framework_display() if row.latest else "", row.get_absolute_url(), "model"
        )
        for row in rows.select_related("workspace", "latest").order_by("name")[:MOST_RESULTS]
    ]
    return [SearchGroup(_("Models"), items)]


def run_links(run: Run) -> list[RunLink]:
    """The versions that were registered from a run. Those whose files are not there say so."""
    return [
        RunLink(
            version.reference,
            version.get_absolute_url(),
            kind=_("model"),
            detail="" if version.is_ready else version.get_state_display(),
        )
        for version in versions_of_run(run)
    ]


def run_actions(run: Run) -> list[RunAction]:
    """Registering a model, once the run has left files."""
    if not run.output_bytes:
        return []
    url = reverse("registry:register-run", args=[run.workspace.name, run.pk])
    return [RunAction(_("Register model"), url, "model", Action.MODELS_WRITE, takes_path=True)]


def workspace_holds(workspace_ids: Collection[UUID]) -> dict[UUID, list[Holding]]:
    """Return how many models there are in workspaces, and what all their versions take."""
    rows = RegisteredModel.objects.filter(workspace__in=workspace_ids).order_by()
    counts = dict(rows.values_list("workspace").annotate(Count("pk")))
    versions = ModelVersion.objects.filter(model__workspace__in=workspace_ids).order_by()
    sizes = dict(versions.values_list("model__workspace").annotate(Sum("size")))
    return {pk: [Holding(_("Models"), count, sizes.get(pk) or 0)] for pk, count in counts.items()}


def content_path(version_id: UUID, path: str) -> str:
    """Return what names a file of a version for ``content:open``."""
    return f"{SOURCE}/{version_id}/{path}"


def content_source(user: Any, path: str) -> Content | None:
    """Return the file that a path names, if there is one and the user may read the workspace's models."""
    source, _slash, rest = path.partition("/")
    version_id, _slash, file_path = rest.partition("/")
    if source != SOURCE or not user.is_authenticated:
        return None
    try:
        pk = UUID(version_id)
    except ValueError:
        return None
    rows = ModelFile.objects.filter(
        version=pk, version__state=VersionState.READY, version__model__workspace__deleted_at=None, path=file_path
    )
    row = rows.select_related("version__model").first()
    if row is None:
        return None
    membership = Membership.objects.filter(workspace=row.version.model.workspace_id, user=user).first()
    return content_of(row) if may(membership, Action.MODELS_READ) else None


def register_verbs() -> None:
    """Say how records of what is done with models read."""
    for verb, label, sentence in (
        ("model.created", gettext_lazy("Model created"), gettext_lazy("%(actor)s created the model %(target)s")),
        ("model.edited", gettext_lazy("Model described"), gettext_lazy("%(actor)s described the model %(target)s")),
        ("model.renamed", gettext_lazy("Model renamed"), gettext_lazy("%(actor)s renamed the model %(before)s to %(target)s")),
        ("model.archived", gettext_lazy("Model archived"), gettext_lazy("%(actor)s archived the model %(target)s")),
        (
            "model.unarchived",
            gettext_lazy("Model taken out of the archive"),
            gettext_lazy("%(actor)s took the model %(target)s out of the archive"),
        ),
        ("model.deleted", gettext_lazy("Model deleted"), gettext_lazy("%(actor)s deleted the model %(summary)s")),
        (
            "model.version_created",
            gettext_lazy("Model version registered"),
            gettext_lazy("%(actor)s registered the model %(summary)s"),
        ),
        (
            "model.version_edited",
            gettext_lazy("Model version described"),
            gettext_lazy("%(actor)s described the model %(summary)s"),
        ),
        (
            "model.version_archived",
            gettext_lazy("Model version archived"),
            gettext_lazy("%(actor)s archived the model %(summary)s"),
        ),
        (
            "model.version_unarchived",
            gettext_lazy("Model version taken out of the archive"),
            gettext_lazy("%(actor)s took the model %(summary)s out of the archive"),
        ),
        (
            "model.version_deleted",
            gettext_lazy("Model version deleted"),
            gettext_lazy("%(actor)s deleted the model %(summary)s"),
        ),
        (
            "model.stage_set",
            gettext_lazy("Model version moved to a stage"),
            gettext_lazy("%(actor)s moved the model %(summary)s to the stage %(stage)s"),
        ),
        (
            "model.alias_set",
            gettext_lazy("Model alias set"),
            gettext_lazy("%(actor)s gave the model %(summary)s the alias %(alias)s"),
        ),
        (
            "model.alias_deleted",
            gettext_lazy("Model alias removed"),
            gettext_lazy("%(actor)s took the alias %(alias)s from the model %(summary)s"),
        ),
    ):  # fmt: skip
        verbs.register(verb, label, sentence)
