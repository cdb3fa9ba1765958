"""What experiments ask of the apps to their left, and tell them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from django.http import HttpResponseBase

from apps.core.hooks import Hook, Text
from apps.experiments.models import Run, Snapshot
from apps.workspaces.models import Workspace


@dataclass(frozen=True)
class ResolvedEnvironment:
    """What a reference to an environment means now. ``name`` is ``name:version``.

    ``is_ready``: its build has succeeded, and ``spec`` is what a machine needs: ``{"name", "digest", "lock", "python"}``.
    Else ``reason`` says in words how far it is ("building the environment, 40 s so far"), or with ``has_failed`` why it will
    never be ready. ``warnings`` say what of the reference was read differently ("AzureML-sklearn-1.0 is read as sklearn:1").
    """

    id: UUID
    name: str
    variables: dict[str, str] = field(default_factory=dict)
    is_ready: bool = False
    has_failed: bool = False
    reason: str = ""
    spec: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class EnvironmentChoice:
    """An environment that a new run can choose. ``reference`` is what is submitted (``sklearn:1``), ``hint`` says in words how
    far it is ("scikit-learn 1.7 · ready", "building, 40 s so far"); without ``is_ready`` a run waits for its build."""

    reference: str
    label: str
    hint: str
    is_ready: bool


@dataclass(frozen=True)
class RunStart:
    """What a new run can begin with: the form shows it, and somebody changes it and submits it.

    ``job_file``: YAML. ``script``: the text of its one file, called ``script_name``. ``note``: a sentence about it.
    """

    job_file: str
    script_name: str
    script: str
    note: str


resolve_environment: Hook[[Workspace, Any, Any], ResolvedEnvironment | None] = Hook("resolve_environment")
"""``(workspace, reference, actor)``: find an environment by ``name``, ``name:version``, ``name@latest``,
``azureml:name:version`` or the mapping of a job file (``{"image", "conda_file": {…}}``, which makes an anonymous one; its
``conda_file`` has been read into a mapping already). Raises UserError where there is none."""
environment_state: Hook[[UUID], ResolvedEnvironment | None] = Hook("environment_state")
"""``(environment version id)``: how far that version is now."""
environment_choices: Hook[[Workspace], list[EnvironmentChoice]] = Hook("environment_choices")
"""``(workspace)``: the environments that a new run there can choose, the ones for most people first."""
run_ended: Hook[[Run], None] = Hook("run_ended")
"""``(run)``: a run of any kind has ended, in the transaction that ended it."""
cancel_asked: Hook[[Run], None] = Hook("cancel_asked")
"""``(run)``: the end of a run was asked for whose work is other runs, in the transaction that noted it. Who carries it on begins
nothing more for it, and ends it when nothing of it goes on; its children are asked to end beside this."""
run_repeated: Hook[[Any, Run], Run | None] = Hook("run_repeated")
"""``(actor, run)``: run a run again that is no command; None where it is another app's. The caller has asked the policy."""


@dataclass(frozen=True)
class Needs:
    """What a client must send with a job file: paths as written there, relative to it. ``data`` by input.

    Of jobs with several folders of code: ``codes``, each with what else shall lie in it, by the keys that ``JobFile.codes`` has;
    ``uploads``, local data that shall become datasets.
    """

    code: str = ""
    files: tuple[str, ...] = ()
    data: dict[str, str] = field(default_factory=dict)
    codes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    uploads: tuple[str, ...] = ()


@dataclass(frozen=True)
class CheckedFile:
    """How a job file would be understood, with sentences about what would be read differently from how it is written."""

    needs: Needs
    experiment_name: str
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class JobFile:
    """A job file with what came with it: the texts of files that it refers to, by the paths as written; changes such as
    ``limits.timeout=60``; ``properties``, what a client found out about the code; ``codes``, ids of snapshots by the keys of
    ``Needs.codes``; ``uploads``, datasets (``iris-local:1``) by the paths of ``Needs.uploads``."""

    text: str
    texts: Mapping[str, str] = field(default_factory=dict)
    settings: tuple[str, ...] = ()
    snapshot: Snapshot | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    uploads: Mapping[str, str] = field(default_factory=dict)


class JobType(Protocol):
    """A type of job whose files are read by another app."""

    type: str

    def check(self, workspace: Workspace, file: JobFile) -> CheckedFile:
        """Return what must be sent with a file. What it refers to may still be missing.

        Raises:
            InvalidInput: with a sentence for each field that is wrong, with its line.
        """

    def submit(self, actor: Any, workspace: Workspace, file: JobFile) -> Run:
        """Submit it.

        Raises:
            InvalidInput: with a sentence for each field that is wrong, with its line.
        """


job_types: Hook[[], JobType] = Hook("job_types")
"""``()``: a type of job that files can be of, beside commands. Add its class."""


@dataclass(frozen=True)
class ResolvedInput:
    """What a data input of a job means now.

    ``kind`` is the provider's; ``id`` the row there, where there is one; ``reference`` what people and job files call it
    (``iris:2``). ``sha256`` is over all paths and contents (``core.storage.digest_of``), by which machines keep the files; empty
    where they may change. ``files`` and ``bytes``: how much it is, None where nobody knows before it is read. ``single``: for an
    input of the type ``uri_file``, its path among the files. ``warnings`` say what was read differently.
    """

    kind: str
    id: UUID | None
    reference: str
    sha256: str = ""
    files: int | None = None
    bytes: int | None = None
    single: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class InputFile:
    """A file of a data input, its path relative to the input. ``size`` in bytes, None where it is not known before it is read;
    ``sha256`` empty where it is not known."""

    path: str
    size: int | None
    sha256: str = ""


class DataProvider(Protocol):
    """Where data inputs come from; one for each ``kind``.

    ``given`` is an input as it was frozen at submit (see ``services.config``), with ``type``, ``kind``, ``id``, ``path``,
    ``reference`` and so on. Whoever asks has been let in already.
    """

    kind: str

    def resolve(self, workspace: Workspace, actor: Any, type: str, path: str) -> ResolvedInput | None:  # noqa: A002
        """Return what ``path`` means for an input of this type; None where that is for another provider to say.

        Args: actor: who asks; None where nobody does in person, as with a pipeline endpoint's key, which was let in already.

        Raises:
            UserError: it is ours, and there is no such thing, or not for this actor or type; the message says what there is.
        """

    def files(self, workspace: Workspace, given: dict[str, Any], after: str, limit: int) -> list[InputFile]:
        """Return up to ``limit`` files whose path is greater than ``after``, in the order of their paths.

        Raises:
            UserError: it is gone, or no longer what was submitted.
        """

    def open(
        self, workspace: Workspace, given: dict[str, Any], path: str, start: int
    ) -> tuple[Iterator[bytes], int | None]:
        """Return the bytes of a file from ``start`` on, and the size of the whole file, None where it is not known.

        Raises:
            UserError: there is no such file.
        """

    def page_of(self, workspace: Workspace, asset_id: UUID) -> str:
        """Return the address of the page of a row; empty where it has none, or is gone."""


data_providers: Hook[[], DataProvider] = Hook("data_providers")
"""``()``: a provider of data inputs. Add its class."""


@dataclass(frozen=True)
class RegisteredOutput:
    """What an output of a run has become: ``kind`` and ``id`` as a provider of inputs knows them; ``reference``: ``iris:3``."""

    kind: str
    id: UUID
    reference: str


register_output: Hook[[Run, str, dict[str, Any]], RegisteredOutput | None] = Hook("register_output")
"""``(run, output_name, output)``: keep an output of a completed run under its ``output["name"]``; None where its type is for
another app. Its files are those of the run at ``outputs/<output_name>``, or below. Called by a task, outside of transactions, and
again where a worker was killed: what has been copied is not copied again, and what was registered is returned once more. Raises
UserError where it cannot be; the message goes to the run's page. Any other error has it tried again."""


@dataclass(frozen=True)
class RunLink:
    """Something that came of a run, such as a registered model. ``kind`` in words; ``detail`` goes below it."""

    label: str
    url: str
    kind: str = ""
    detail: str = ""


run_starts: Hook[[str], RunStart | None] = Hook("run_starts")
"""``(name)``: what a new run begins with whose form was opened for ``name``; None where there is nothing of this name."""
run_links: Hook[[Run], list[RunLink]] = Hook("run_links")
"""``(run)``: what came of a run, for its page."""


@dataclass(frozen=True)
class RunAction:
    """Something that can be done with a run in another part of the studio, such as registering a model of it. ``action`` is what
    the policy table must allow. ``takes_path``: it is offered beside the run's files, too, and ``?path=`` names one of them.
    ``posts``: it is done at once, not on a page of its own. ``downloads``: it gives a file. Those of one ``group`` stand in a
    menu of this name."""

    label: Text
    url: str
    icon: str
    action: str
    takes_path: bool = False
    posts: bool = False
    downloads: bool = False
    group: Text = ""


run_actions: Hook[[Run], list[RunAction]] = Hook("run_actions")
"""``(run)``: what can be done with a run elsewhere, as it is now."""


@dataclass(frozen=True)
class RunTab:
    """A tab of a run's page that another part of the studio has. ``key`` is what its view calls itself."""

    key: str
    label: Text
    url: str


@dataclass(frozen=True)
class RunPages:
    """How the page of a run differs from that of a command. ``front``: what stands at its address, given the request and the run;
    the overview gets an address of its own. ``tabs`` come first, ``without`` names usual ones that would say nothing."""

    front: Callable[[Any, Run], HttpResponseBase]
    tabs: tuple[RunTab, ...]
    without: frozenset[str] = frozenset()


run_pages: Hook[[Run], RunPages | None] = Hook("run_pages")
"""``(run)``: how the page of this run differs from that of a command; None where it is another app's."""


@dataclass(frozen=True)
class DataChoice:
    """Data that a new run can be given. ``path`` is what is submitted (``azureml:iris:2``), ``hint`` says in words what it is."""

    path: str
    hint: str


data_choices: Hook[[Workspace, str], list[DataChoice]] = Hook("data_choices")
"""``(workspace, text)``: some data that somebody may mean who has typed so far; without a text the newest."""
