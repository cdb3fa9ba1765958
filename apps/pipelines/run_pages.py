"""What pipelines add to the pages of runs, and to the navigation."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.hooks import ASSETS, NavigationEntry
from apps.experiments.hooks import RunAction, RunPages, RunTab
from apps.experiments.models import Run, RunKind
from apps.experiments.states import RunStatus
from apps.workspaces.roles import Action

# Its code and machines are those of its steps, which have a table of their own.
WITHOUT = frozenset({"run-children", "run-code", "run-monitoring"})
RESUBMIT = _("Resubmit")
FILES = ((_("Pipeline file (YAML)"), "run-yaml", "file"), (_("Python script"), "run-python", "code"))


def navigation() -> list[NavigationEntry]:
    """The pipelines page, among the assets."""
    return [NavigationEntry(ASSETS, _("Pipelines"), "pipeline", "pipelines:pipelines", Action.RUNS_READ, 440, "l")]


def run_pages(run: Run) -> RunPages | None:
    """The page of a pipeline run begins with its graph."""
    if run.kind != RunKind.PIPELINE:
        return None
    from apps.pipelines.views.runs import front

    address = [run.workspace.name, run.pk]
    return RunPages(
        front,
        (
            RunTab("pipeline-graph", _("Graph"), reverse("experiments:run", args=address)),
            RunTab("pipeline-steps", _("Steps"), reverse("pipelines:steps", args=address)),
        ),
        WITHOUT,
    )


def run_actions(run: Run) -> list[RunAction]:
    """Running a pipeline again, as it was or changed; comparing it; and its files."""
    if run.kind != RunKind.PIPELINE:
        return []
    address = [run.workspace.name, run.pk]
    files = [
        RunAction(label, reverse(f"pipelines:{page}", args=address), icon, Action.RUNS_READ, downloads=True)
        for label, page, icon in FILES
    ]
    compare = RunAction(_("Compare"), reverse("pipelines:compare", args=address), "compare", Action.RUNS_READ)
    if run.parent_id is not None:  # it runs when its pipeline does
        return [compare, *files]
    again = reverse("pipelines:resubmit", args=address)
    ways = [("all", _("All, reusing what has not changed")), ("forced", _("All, reusing nothing"))]
    if run.status in {RunStatus.FAILED, RunStatus.CANCELED}:
        ways.insert(0, ("failed", _("What did not succeed, taking over the rest")))
    return [
        *(
            RunAction(label, f"{again}?how={how}", "play", Action.RUNS_WRITE, posts=True, group=RESUBMIT)
            for how, label in ways
        ),
        RunAction(_("Clone and edit"), reverse("pipelines:clone", args=address), "copy", Action.RUNS_WRITE),
        compare,
        *files,
    ]
