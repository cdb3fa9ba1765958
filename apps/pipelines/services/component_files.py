"""Component files as Azure ML v2 writes them: what they need, and the versions they become."""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.accounts.models import User
from apps.experiments.models import Snapshot
from apps.pipelines.jobs.files import read_component_file
from apps.pipelines.jobs.source import CodeNeed
from apps.pipelines.jobs.workspace import PipelineSurroundings
from apps.pipelines.models import ComponentVersion
from apps.pipelines.services.components import register_component
from apps.workspaces.models import Workspace


@dataclass(frozen=True)
class FileNeeds:
    """What must be sent with a component file; paths from where it stands. ``warnings``: what of it would be read differently."""

    name: str
    version: str
    codes: list[CodeNeed]
    files: tuple[str, ...]
    warnings: tuple[str, ...]


def check_file(workspace: Workspace, text: str, *, texts: Mapping[str, str] | None = None) -> FileNeeds:
    """Return what must be sent with a component file.

    Raises:
        InvalidInput: with a sentence for each field that is wrong, with its line.
    """
    read = read_component_file(text, PipelineSurroundings(workspace, texts=texts), only_needs=True)
    return FileNeeds(read.component.name, read.version, list(read.codes.values()), read.files, read.warnings)


def register_file(
    *,
    actor: User,
    workspace: Workspace,
    text: str,
    snapshot: Snapshot | None = None,
    codes: Mapping[str, str] | None = None,
    texts: Mapping[str, str] | None = None,
    version: str = "",
) -> tuple[ComponentVersion, bool]:
    """Register a component file with its code.

    Args: snapshot: a zip with all of the code. codes: else ids of kept code by ``CodeNeed.key``. texts: files that it refers to,
        such as a conda file, by their paths. version: in place of the one in the file.

    Returns: the version, and whether it is new. See ``register_component``.

    Raises:
        InvalidInput: with a sentence for each field that is wrong, with its line. UserError: as ``register_component``.
    """
    around = PipelineSurroundings(workspace, texts=texts, codes=codes, snapshot=snapshot)
    read = read_component_file(text, around)
    return register_component(
        actor=actor,
        workspace=workspace,
        component=read.component,
        version=version or read.version,
        source=text,
        tags=read.tags,
        warnings=read.warnings,
    )
