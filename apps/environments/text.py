"""States of environments in words."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.compute.services import waiting_reason
from apps.core.lists import Status
from apps.core.times import duration
from apps.environments.models import Environment, EnvironmentBuild, EnvironmentVersion
from apps.environments.states import BuildState

TONES = {
    BuildState.QUEUED: "idle",
    BuildState.RUNNING: "busy",
    BuildState.SUCCEEDED: "ok",
    BuildState.FAILED: "bad",
}


def progress_of(build: EnvironmentBuild) -> str:
    """Return how far a build is, in words; for one that has failed, why."""
    if build.state == BuildState.SUCCEEDED:
        return _("ready")
    if build.state == BuildState.FAILED:
        return build.reason
    if build.state == BuildState.RUNNING and build.started_at is not None:
        so_far = duration((timezone.now() - build.started_at).total_seconds())
        return _("building the environment, %(duration)s so far") % {"duration": so_far}
    order = build.run.order if build.run is not None else None
    if order is not None and (why := waiting_reason(order)):
        return _("the environment waits to be built: %(reason)s") % {"reason": why}
    return _("the environment waits to be built")


def advice_of(build: EnvironmentBuild) -> str:
    """Return why a build failed with what to do about it, as one text."""
    return " ".join([build.reason, *build.hints])


def contents_of(version: EnvironmentVersion) -> str:
    """Return what a version holds, such as “Python 3.11 · 18 packages”."""
    python = _("Python %(version)s") % {"version": version.recipe["python"]}
    count = len(version.build.packages)
    if version.build.state != BuildState.SUCCEEDED:
        return python
    packages = (
        ngettext("%(count)d package", "%(count)d packages", count) % {"count": count} if count else _("no packages")
    )
    return f"{python} · {packages}"


def status_of(build: EnvironmentBuild) -> Status:
    """Return the state of a build for a cell or badge; its title says why."""
    state = BuildState(build.state)
    labels = {BuildState.SUCCEEDED: _("Ready"), BuildState.RUNNING: _("Building"), BuildState.QUEUED: _("Waiting")}
    reason = "" if state == BuildState.SUCCEEDED else progress_of(build)
    return Status(TONES[state], labels.get(state, state.label), reason)  # type: ignore[arg-type]


def kind_of(environment: Environment) -> str:
    """Return where an environment comes from."""
    if environment.is_curated:
        return _("Curated")
    return _("Made for a job") if environment.is_anonymous else _("Custom")
