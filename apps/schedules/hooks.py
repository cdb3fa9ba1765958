"""What schedules ask of the apps to their left: what can be started, and what can be looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from apps.core.hooks import Hook, Text
from apps.schedules.models import Schedule, Tick
from apps.workspaces.models import Workspace


@dataclass(frozen=True)
class Started:
    """What a tick started: the row's id, what it is called, and the path of its page."""

    label: str
    url: str
    id: UUID


@dataclass(frozen=True)
class Choice:
    """Something that a new schedule can start. ``source`` is what ``Subject.take`` is asked for."""

    source: str
    label: str


@dataclass(frozen=True)
class Changes:
    """How what a schedule starts differs from what it was taken of. ``inputs`` by name, as literals or paths; in texts
    ``${{creation_context.trigger_time}}`` and the like are filled in each time."""

    inputs: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    experiment_name: str = ""
    continue_on_failure: bool | None = None


@dataclass(frozen=True)
class Taken:
    """What a schedule will start, frozen. ``content`` becomes ``Schedule.subject``, ``label`` says in a few words what it is,
    ``source`` is the id of the row that it was taken of, if it was."""

    kind: str
    content: dict[str, Any]
    label: str
    source: str = ""


@dataclass(frozen=True)
class Fact:
    """A line about what a schedule starts."""

    name: str
    value: str
    url: str = ""
    is_code: bool = False


@dataclass(frozen=True)
class Described:
    """What a schedule starts, for its page."""

    label: str
    url: str = ""
    facts: Sequence[Fact] = field(default_factory=tuple)


class Subject(Protocol):
    """A kind of thing that schedules start. ``action`` is what the owner of a schedule must be allowed, each time."""

    kind: str

    @property
    def label(self) -> Text:
        """What people call it."""

    @property
    def action(self) -> str:
        """What is asked of the policy table."""

    def choices(self, workspace: Workspace) -> list[Choice]:
        """Return some things that a new schedule there can start, those that people mean most often first."""

    def take(self, workspace: Workspace, actor: Any, source: str, changes: Changes) -> Taken:
        """Freeze what ``source`` names, with changes: so that what is started is the same each time.

        Raises:
            UserError: there is no such thing, or it cannot be started again.
        """

    def keep(self, schedule: Schedule) -> None:
        """Note, in the transaction that wrote the schedule, what must not go away while it is there. May be called again."""

    def describe(self, schedule: Schedule) -> Described:
        """Say what a schedule starts; also where parts of it are gone."""

    def in_file(self, schedule: Schedule) -> dict[str, Any]:
        """Return what a schedule file says of it at ``create_job``, as Azure ML v2 has it.

        Raises:
            UserError: such a file has no words for it.
        """

    def start(self, schedule: Schedule, tick: Tick) -> Started:
        """Start it in the name of the schedule's owner. Runs in the transaction that writes down that the tick has started, so
        that both happen or neither, and what is started once is never started again.

        Raises:
            UserError: it cannot be started now; the message goes into the history.
        """

    def is_running(self, workspace: Workspace, started_id: UUID) -> bool:
        """Whether what was started has not ended yet."""


@dataclass(frozen=True)
class Look:
    """How data is now. ``seen`` is compared with what was seen last; ``changes`` names what is new or different since then, and
    ``path`` is what a job can be given of it."""

    seen: Any
    changes: Sequence[str] = ()
    path: str = ""


class Watcher(Protocol):
    """A kind of data that schedules look at. ``example`` shows how to name it."""

    kind: str

    @property
    def label(self) -> Text:
        """What people call it."""

    @property
    def example(self) -> str:
        """How to name it."""

    @property
    def action(self) -> str:
        """What is asked of the policy table."""

    def check(self, workspace: Workspace, path: str) -> str:
        """Return how ``path`` is called from now on.

        Raises:
            UserError: it names nothing of this kind.
        """

    def look(self, workspace: Workspace, path: str, seen: Any) -> Look:
        """Look at the data. Args: seen: what was seen last; None the first time.

        Raises:
            UserError: it is not there now.
        """

    def page_of(self, workspace: Workspace, path: str) -> str:
        """Return the path of its page; empty where it has none."""


@dataclass(frozen=True)
class PageTab:
    """A tab beside the list of schedules."""

    label: Text
    url: str


subjects: Hook[[], Subject] = Hook("subjects")
"""``()``: a kind of thing that schedules start. Add its class."""
watchers: Hook[[], Watcher] = Hook("watchers")
"""``()``: a kind of data that schedules look at. Add its class."""
files: Hook[[Schedule], str] = Hook("files")
"""``(schedule)``: the schedule as a file; filled once, by who reads such files. Raises UserError where that cannot be written."""
page_tabs: Hook[[Workspace], list[PageTab]] = Hook("page_tabs")
"""``(workspace)``: the tabs among which the list of schedules is the last one."""
