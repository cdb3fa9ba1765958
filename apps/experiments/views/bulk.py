"""What can be done with several runs or experiments at once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.models import User
from apps.core.errors import UserError
from apps.core.lists import StudioList, selected_rows
from apps.experiments import services
from apps.experiments.models import Experiment, Run
from apps.experiments.policies import may_be_canceled
from apps.experiments.views.forms import TagRunsForm
from apps.experiments.views.lists import experiment_list, run_list, runs_of
from apps.experiments.views.shared import find_experiment
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.roles import Action

MOST_AT_ONCE = 1000


@dataclass(frozen=True)
class Deed:
    """Something that is done with each of the chosen rows, and how many it was done with, in words."""

    do: Callable[[User, Any], Any]
    words: Callable[[int], str]


RUN_DEEDS = {
    "cancel": Deed(
        lambda actor, run: services.cancel_run(actor=actor, run=run),
        lambda count: ngettext("%(count)d run was asked to stop.", "%(count)d runs were asked to stop.", count),
    ),
    "archive": Deed(
        lambda actor, run: services.archive_run(actor=actor, run=run),
        lambda count: ngettext("%(count)d run was archived.", "%(count)d runs were archived.", count),
    ),
    "restore": Deed(
        lambda actor, run: services.restore_run(actor=actor, run=run),
        lambda count: ngettext("%(count)d run is back in the lists.", "%(count)d runs are back in the lists.", count),
    ),
    "delete": Deed(
        lambda actor, run: services.delete_run(actor=actor, run=run),
        lambda count: ngettext("%(count)d run was deleted.", "%(count)d runs were deleted.", count),
    ),
}
EXPERIMENT_DEEDS = {
    "archive": Deed(
        lambda actor, experiment: services.archive_experiment(actor=actor, experiment=experiment),
        lambda count: ngettext("%(count)d experiment was archived.", "%(count)d experiments were archived.", count),
    ),
    "restore": Deed(
        lambda actor, experiment: services.restore_experiment(actor=actor, experiment=experiment),
        lambda count: ngettext(
            "%(count)d experiment is back in the lists.", "%(count)d experiments are back in the lists.", count
        ),
    ),
}


@workspace_page(post=Action.RUNS_WRITE)
def change_runs(request: WorkspaceRequest, deed: str, experiment_name: str = "") -> HttpResponse:
    """Cancel, archive, restore or delete the chosen runs, of all experiments or of one."""
    list_ = runs_list(request, experiment_name)
    chosen: list[Run] = _chosen(request, list_, "workspace")
    if deed == "cancel":
        chosen = [run for run in chosen if may_be_canceled(run)]
    _do(request, RUN_DEEDS[deed], chosen)
    return redirect(f"{list_.path}?{list_.state.restoring}")


@workspace_page(post=Action.RUNS_WRITE)
def tag_runs(request: WorkspaceRequest, experiment_name: str = "") -> HttpResponse:
    """Ask for tags to add to the chosen runs or to take off them, then do so."""
    list_ = runs_list(request, experiment_name)
    chosen: list[Run] = _chosen(request, list_, "workspace")
    form = TagRunsForm(request.POST if "add" in request.POST else None)
    if form.is_valid():
        add, remove = form.cleaned_data["add"], set(form.cleaned_data["remove"])

        def tag(actor: User, run: Run) -> None:
            kept = {tag.name: tag.value for tag in run.tags.all() if tag.name not in remove}
            services.edit_run(actor=actor, run=run, changes={"tags": {**kept, **add}})

        words = lambda count: ngettext("%(count)d run was tagged.", "%(count)d runs were tagged.", count)  # noqa: E731
        _do(request, Deed(tag, words), chosen)
        return redirect(f"{list_.path}?{list_.state.restoring}")
    context = {"workspace": request.workspace, "form": form, "chosen": chosen, "list": list_}
    return render(request, "experiments/tag_runs.html", context, status=422 if form.errors else 200)


@workspace_page(post=Action.RUNS_WRITE)
def change_experiments(request: WorkspaceRequest, deed: str) -> HttpResponse:
    """Archive or restore the chosen experiments."""
    list_ = experiment_list(request)
    chosen: list[Experiment] = _chosen(request, list_, "workspace")
    _do(request, EXPERIMENT_DEEDS[deed], chosen)
    return redirect(f"{list_.path}?{list_.state.restoring}")


def runs_list(request: WorkspaceRequest, experiment_name: str) -> StudioList:
    """Return the list that a bulk action was chosen in: of all runs, or of an experiment's."""
    if experiment_name:
        return runs_of(request, find_experiment(request, experiment_name))
    return run_list(request)


def _chosen(request: WorkspaceRequest, list_: StudioList, *related: str) -> list[Any]:
    rows = list(selected_rows(request, list_).select_related(*related)[: MOST_AT_ONCE + 1])
    if len(rows) > MOST_AT_ONCE:
        raise UserError(_("At most %(most)d rows can be changed at once. Choose fewer.") % {"most": MOST_AT_ONCE})
    return rows


def _do(request: WorkspaceRequest, deed: Deed, rows: Iterable[Any]) -> None:
    """Do it with each row by itself; what is refused is told and keeps no other from being done."""
    done, refusals = 0, []
    for row in rows:
        try:
            deed.do(request.user, row)
            done += 1
        except UserError as error:
            refusals.append(str(error.message))
    if done or not refusals:
        messages.success(request, deed.words(done) % {"count": done})
    if refusals:
        more = len(refusals) - 1
        text = ngettext("%(first)s (and %(more)d more)", "%(first)s (and %(more)d more)", more) if more else "%(first)s"
        messages.warning(request, text % {"first": refusals[0], "more": more})
