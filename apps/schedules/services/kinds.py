"""Who starts things, and who looks at data, by their kinds."""

from typing import Any

from apps.schedules import hooks
from apps.schedules.errors import SubjectUnknown, WatcherUnknown
from apps.schedules.hooks import Changes, Subject, Taken, Watcher
from apps.schedules.models import Schedule
from apps.workspaces.models import Workspace


def subject_of(kind: str) -> Subject:
    """Return who starts things of a kind.

    Raises:
        SubjectUnknown: nobody.
    """
    known = {subject.kind: subject for subject in hooks.subjects()}
    if kind not in known:
        raise SubjectUnknown(kind, list(known))
    return known[kind]


def take(workspace: Workspace, actor: Any, kind: str, source: str, changes: Changes | None = None) -> Taken:
    """Freeze something to start (see ``hooks.Subject.take``)."""
    return subject_of(kind).take(workspace, actor, source, changes or Changes())


def watcher_of(kind: str) -> Watcher:
    """Return who looks at data of a kind.

    Raises:
        WatcherUnknown: nobody.
    """
    known = {watcher.kind: watcher for watcher in hooks.watchers()}
    if kind not in known:
        raise WatcherUnknown(kind, list(known))
    return known[kind]


def file_of(schedule: Schedule) -> str:
    """Return a schedule as a schedule file of Azure ML v2, which makes the same schedule.

    Raises:
        UserError: what it starts cannot stand in such a file.
    """
    (text,) = hooks.files(schedule)
    return text
