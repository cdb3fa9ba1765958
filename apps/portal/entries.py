"""What the portal adds to a workspace: its samples, and the cards of its home page that speak of several apps."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.hooks import HomeCard, NavigationEntry, SearchGroup, SearchResult
from apps.data.models import Dataset
from apps.experiments.hooks import RunStart
from apps.experiments.models import Run
from apps.portal.samples import SAMPLES, SCRIPT_NAME, find
from apps.registry.models import RegisteredModel
from apps.workspaces.models import Membership
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

SHOWN = 5
FIRST_STEPS = "first-steps"


def navigation() -> list[NavigationEntry]:
    """The samples, right below the workspace's home."""
    return [NavigationEntry("", gettext_lazy("Samples"), "rocket", "portal:samples", Action.RUNS_READ, 10)]


def search(request: Any, workspace: Any, text: str) -> list[SearchGroup]:
    """Find samples by what they are called or show."""
    membership = Membership.objects.filter(workspace=workspace, user=request.user).first() if workspace else None
    if not may(membership, Action.RUNS_READ):
        return []
    url = reverse("portal:samples", args=[workspace.name])
    found = [one for one in SAMPLES if text.lower() in f"{one.title} {one.shows}".lower()]
    items = [SearchResult(str(one.title), str(one.shows), f"{url}#{one.name}", one.icon) for one in found]
    return [SearchGroup(_("Samples"), items)]


def run_start(name: str) -> RunStart | None:
    """Give the form of a new run the code of a sample."""
    sample = find(name)
    if sample is None:
        return None
    note = _("“%(sample)s” comes with the studio. Read it, change what you like, and submit it.")
    return RunStart(sample.job_file, SCRIPT_NAME, sample.script, note % {"sample": sample.title})


def home_cards(request: Any) -> list[HomeCard]:
    """The first steps, while nothing was run and whenever they are asked for; the newest models and data."""
    return [*_first_steps(request), *_assets(request)]


def _first_steps(request: Any) -> list[HomeCard]:
    workspace, membership = request.workspace, request.membership
    if not may(membership, Action.RUNS_READ):
        return []
    is_put_away = membership.first_steps_closed_at or Run.objects.filter(workspace=workspace).of_users().exists()
    if is_put_away and FIRST_STEPS not in request.GET:
        return []
    context = {"workspace": workspace, "samples": SAMPLES}
    return [HomeCard("portal/_first_steps.html", context, order=0, is_wide=True)]


def _assets(request: Any) -> list[HomeCard]:
    newest = {
        kind: list(rows.filter(workspace=request.workspace, archived_at=None).order_by("-latest_at", "id")[:SHOWN])
        for kind, rows, action in (
            ("models", RegisteredModel.objects.select_related("workspace", "latest"), Action.MODELS_READ),
            ("datasets", Dataset.objects.select_related("workspace", "latest"), Action.DATA_READ),
        )
        if may(request.membership, action)
    }
    if not any(newest.values()):
        return []
    return [HomeCard("portal/_assets.html", {**newest, "workspace": request.workspace}, order=25)]
