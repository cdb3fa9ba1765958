"""Why steps and pipeline runs stand where they do, in words."""

from collections.abc import Sequence

from django.contrib.humanize.templatetags.humanize import ordinal
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.experiments.models import Run
from apps.pipelines.services.reusing import date_of

MOST_NAMED = 3
LONGEST = 2000


def named(keys: Sequence[str], count: int | None = None) -> str:
    """Return names of steps as a phrase: "clean and split". Args: count: how many there are, where not all are given."""
    rest = (len(keys) if count is None else count) - MOST_NAMED
    shown = list(keys[:MOST_NAMED])
    if rest > 0:
        shown.append(ngettext("%(count)d other", "%(count)d others", rest) % {"count": rest})
    return get_text_list(shown, _("and"))


def waits_for(keys: Sequence[str]) -> str:
    """Return what a step waits for."""
    return _("waits for %(steps)s") % {"steps": named(keys)} if keys else _("about to start")


def reused(run: Run) -> str:
    """Return which run was taken in place of running a step."""
    return _("reused the run %(run)s of %(day)s") % {"run": run.name, "day": date_of(run)}


def taken_over(run: Run) -> str:
    """Return which run a resumed pipeline goes on from."""
    return _("taken over from the run %(run)s, which had done it") % {"run": run.name}


def tried(attempt: int, attempts: int) -> str:
    """Return which try of a step this is; empty for the first."""
    return _("%(number)s try of %(all)d") % {"number": ordinal(attempt), "all": attempts} if attempt > 1 else ""


def failed(key: str, reason: str) -> str:
    """Return why a pipeline cannot be completed."""
    words = _("step %(step)s failed: %(reason)s") if reason else _("step %(step)s failed")
    return (words % {"step": key, "reason": reason})[:LONGEST]


def was_canceled(key: str, reason: str) -> str:
    """Return why a pipeline cannot be completed of which somebody canceled one step."""
    words = _("step %(step)s was canceled: %(reason)s") if reason else _("step %(step)s was canceled")
    return (words % {"step": key, "reason": reason})[:LONGEST]


def skipped_after(key: str, *, has_failed: bool) -> str:
    """Return why a step does not run that needs another, or whose pipeline has stopped."""
    words = _("skipped: step %(step)s failed") if has_failed else _("skipped: step %(step)s was canceled")
    return words % {"step": key}


def going_on(running: Sequence[str], count: int, *, done: int, total: int) -> str:
    """Return how far a pipeline is. Args: running: the first of the ``count`` steps that run."""
    counted = _("%(done)d of %(total)d steps done") % {"done": done, "total": total}
    return f"{counted}; {_('running: %(steps)s') % {'steps': named(running, count)}}" if running else counted


def completed(total: int, reused_count: int) -> str:
    """Return what a completed pipeline did."""
    done = ngettext("%(total)d step done", "%(total)d steps done", total) % {"total": total}
    if not reused_count:
        return done
    of_these = ngettext("%(count)d of them reused", "%(count)d of them reused", reused_count) % {"count": reused_count}
    return f"{done}, {of_these}"
