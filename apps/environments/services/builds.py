"""Builds: one for each recipe, shared by all versions that have it, made by a run on a machine."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.compute.models import LOCAL, WorkKind, WorkOrder
from apps.compute.services import find_target
from apps.compute.states import Outcome, WorkState
from apps.core import hooks, queue
from apps.environments.errors import RebuildUnderWay
from apps.environments.events import environments_changed
from apps.environments.hints import explain
from apps.environments.models import EnvironmentBuild, EnvironmentVersion
from apps.environments.recipes import Recipe
from apps.environments.states import TRANSITIONS, BuildState
from apps.experiments.logs.reading import read_bytes
from apps.experiments.models import Run, RunKind, RunLog
from apps.experiments.services import create_system_run, environment_became_ready, environment_failed
from apps.experiments.states import TERMINAL, RunStatus
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting

SPEC_VERSION = 1
LONGEST_REASON = 2000
END_BYTES = 20_000


def build_for(recipe: Recipe) -> EnvironmentBuild:
    """Return the build that versions with this recipe use: the newest that has not failed, else a new one that waits."""
    builds = EnvironmentBuild.objects.filter(recipe_digest=recipe.digest).order_by("-generation")
    usable = builds.exclude(state=BuildState.FAILED).first()
    return usable or _next_generation(recipe)


@transaction.atomic
def rebuild(*, actor: User, version: EnvironmentVersion) -> EnvironmentBuild:
    """Resolve and install a version's packages anew, in their newest versions that the recipe allows.

    Until that has succeeded its runs go on with what there is; other versions of the same recipe stay as they are.

    Raises:
        RebuildUnderWay: it is being built already.
    """
    workspace = version.environment.workspace
    acting(actor, workspace, Action.ENVIRONMENTS_WRITE)
    rows = EnvironmentVersion.objects.select_for_update(of=("self",)).select_related("build", "next_build")
    row = rows.get(pk=version.pk)
    if not row.build.is_over or (row.next_build is not None and not row.next_build.is_over):
        raise RebuildUnderWay
    build = _renewed(row)
    if row.build.state == BuildState.FAILED:
        row.build, row.next_build = build, None
    else:
        row.next_build = build
    row.save(update_fields=["build", "next_build", "updated_at"])
    hooks.audit(actor, "environment.rebuilt", version.environment, workspace_id=workspace.pk, summary=str(version))
    environments_changed()
    version.refresh_from_db()
    return build


def retry(version: EnvironmentVersion) -> None:
    """Have the failed build of a version made anew; another version of the same recipe may have had that done already."""
    version.build = build_for(Recipe.from_json(version.recipe))
    version.save(update_fields=["build", "updated_at"])
    environments_changed()


def start_builds() -> int:
    """Begin the builds that wait for their run. Returns how many began. Harmless when run twice, or by two at once.

    Also sees to builds whose run is gone, with its workspace, or has ended unnoticed.
    """
    going = EnvironmentBuild.objects.filter(state__in=TRANSITIONS)
    for run in Run.objects.filter(pk__in=going.exclude(run=None).values("run"), status__in=TERMINAL):
        settle_run(run)
    going.filter(run=None, state=BuildState.RUNNING).update(state=BuildState.QUEUED, started_at=None)
    waiting = going.filter(run=None, state=BuildState.QUEUED).order_by("created_at")
    return sum(_start(build_id) for build_id in waiting.values_list("pk", flat=True))


def follow_order(order: WorkOrder) -> None:
    """Note that a build has begun, and tell of whatever changes about it. Called for every change of any work order."""
    if order.kind != WorkKind.BUILD:
        return
    build = EnvironmentBuild.objects.filter(run_id=order.subject_id).first()
    if build is None:
        return
    if order.state == WorkState.RUNNING and build.state == BuildState.QUEUED:
        build.move_to(BuildState.RUNNING, started_at=timezone.now())
    environments_changed()


@transaction.atomic
def settle_run(run: Run) -> None:
    """Store how a build ended, from its run, and have the runs that wait for it go on. Harmless when repeated."""
    if run.kind != RunKind.BUILD:
        return
    build = EnvironmentBuild.objects.filter(run_id=run.pk).first()
    if build is None or build.is_over:
        return
    result: dict[str, Any] = run.order.result if run.order is not None else {}
    stamps: dict[str, Any] = {"ended_at": timezone.now(), "started_at": build.started_at or run.started_at}
    if run.status == RunStatus.COMPLETED and result.get("digest"):
        _succeed(build, result, stamps)
    else:
        _fail(build, run, stamps)
    environments_changed()


def run_of_build(workspace: Workspace, build_id: UUID) -> Run | None:
    """Return the run of a build that an environment of the workspace uses, whosever run that is; None where there is none."""
    uses = Q(versions__environment__workspace=workspace) | Q(next_versions__environment__workspace=workspace)
    build = EnvironmentBuild.objects.filter(uses, pk=build_id).select_related("run").first()
    return build.run if build else None


def _succeed(build: EnvironmentBuild, result: dict[str, Any], stamps: dict[str, Any]) -> None:
    won = build.move_to(
        BuildState.SUCCEEDED,
        reason="",
        lock=str(result.get("lock", "")),
        digest=str(result["digest"])[:64],
        packages=result.get("packages") or [],
        size=int(result.get("size") or 0),
        **stamps,
    )
    if not won:
        return
    EnvironmentVersion.objects.filter(next_build=build).update(build=build, next_build=None, updated_at=timezone.now())
    for version_id in _versions_of(build):
        environment_became_ready(version_id)


def _fail(build: EnvironmentBuild, run: Run, stamps: dict[str, Any]) -> None:
    reason, hints = _why(run)
    if build.move_to(BuildState.FAILED, reason=reason[:LONGEST_REASON], hints=hints, **stamps):
        for version_id in _versions_of(build):
            environment_failed(version_id, reason)


def _why(run: Run) -> tuple[str, list[str]]:
    """Return why a build did not succeed, and what to do about it."""
    order = run.order
    again = _("Nothing is known to be wrong with the packages. Build it again.")
    if run.status == RunStatus.CANCELED:
        return _("The build was canceled: %(reason)s.") % {"reason": run.status_reason.rstrip(".") or "–"}, [again]
    if order is not None and order.outcome == Outcome.LOST:
        return _("The machine was lost while it built: %(reason)s.") % {"reason": order.reason.rstrip(".")}, [again]
    if run.status == RunStatus.COMPLETED:
        return _("The machine did not say what it built."), [again]
    return run.status_reason or _("The build failed; its log says why."), explain(
        f"{run.status_reason}\n{_end_of_log(run)}"
    )


def _end_of_log(run: Run) -> str:
    """Return the last thing a run said."""
    log = RunLog.objects.filter(run=run).order_by("path").first()
    if log is None:
        return ""
    return b"".join(read_bytes(log, max(0, log.size - END_BYTES), log.size)).decode("utf-8", "replace")


def _start(build_id: UUID) -> bool:
    with transaction.atomic():
        build = EnvironmentBuild.objects.select_for_update(of=("self",)).get(pk=build_id)
        if build.run_id is not None or build.state != BuildState.QUEUED:
            return False
        versions = EnvironmentVersion.objects.filter(Q(build=build) | Q(next_build=build))
        rows = versions.filter(environment__workspace__deleted_at=None).select_related(
            "environment__workspace", "created_by"
        )
        version = rows.order_by("created_at").first()
        if version is None:
            return False  # nobody waits for it any more
        workspace = version.environment.workspace
        recipe = Recipe.from_json(build.recipe)
        title = _("Environment %(name)s") % {"name": version.reference}
        run = create_system_run(
            workspace=workspace,
            kind=RunKind.BUILD,
            display_name=title,
            spec={
                "version": SPEC_VERSION,
                "environment": {
                    "name": version.reference,
                    "python": recipe.python,
                    "requirements": recipe.text,
                    "lock": "",
                },
            },
            target=find_target(workspace, LOCAL),
            requested_by=version.created_by,
            title=title,
        )
        EnvironmentBuild.objects.filter(pk=build.pk).update(run=run, updated_at=timezone.now())
        environments_changed()
        return True


def _renewed(version: EnvironmentVersion) -> EnvironmentBuild:
    """Return the build that a rebuild of this version leads to: one that somebody else has begun, else a new one."""
    recipe = Recipe.from_json(version.recipe)
    going = EnvironmentBuild.objects.filter(
        recipe_digest=recipe.digest, generation__gt=version.build.generation, state__in=TRANSITIONS
    )
    return going.order_by("-generation").first() or _next_generation(recipe)


def _next_generation(recipe: Recipe) -> EnvironmentBuild:
    newest = EnvironmentBuild.objects.filter(recipe_digest=recipe.digest).order_by("-generation").first()
    # Two who ask for the same at once get the same build.
    build, _made = EnvironmentBuild.objects.get_or_create(
        recipe_digest=recipe.digest,
        generation=newest.generation + 1 if newest else 1,
        defaults={"recipe": recipe.as_json()},
    )
    queue.enqueue("environments.start_builds")
    return build


def _versions_of(build: EnvironmentBuild) -> list[UUID]:
    return list(EnvironmentVersion.objects.filter(build=build).order_by("pk").values_list("pk", flat=True))
