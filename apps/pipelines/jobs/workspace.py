"""What the files of a pipeline refer to: names of the workspace, and what came with them."""

import posixpath
from collections.abc import Mapping
from functools import cached_property
from uuid import UUID

from apps.experiments.jobs.workspace import WorkspaceSurroundings
from apps.experiments.models import Snapshot
from apps.experiments.snapshots.reading import file_of
from apps.pipelines.graph.builtins import builtin_component
from apps.pipelines.graph.types import Component
from apps.pipelines.jobs.cutting import cut, wrapping_folder
from apps.pipelines.jobs.source import CodeNeed
from apps.pipelines.services.components import component_of
from apps.pipelines.services.references import resolve_reference
from apps.workspaces.models import Workspace


class PipelineSurroundings(WorkspaceSurroundings):
    """The names of a workspace, and what was sent with a pipeline's file.

    Args: texts: files by their paths from where it stands. codes: ids of snapshots by ``CodeNeed.key``. data: datasets that local
        data was uploaded as (``iris-local:1``), by its path. snapshot: the code of the one component that there is, or all of the
        folder that the file stands in.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        texts: Mapping[str, str] | None = None,
        codes: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
        snapshot: Snapshot | None = None,
    ) -> None:
        super().__init__(workspace, texts=texts)
        self._codes, self._data, self._snapshot = codes or {}, data or {}, snapshot
        self._components: dict[str, Component] = {}

    def component_named(self, reference: str) -> Component:
        """Return a registered component, or one that comes with the studio.

        Raises:
            UserError: it means nothing here, or is not for new use.
        """
        if (builtin := builtin_component(reference)) is not None:
            return builtin
        if reference not in self._components:
            self._components[reference] = component_of(resolve_reference(self._workspace, reference))
        return self._components[reference]

    def code_of(self, need: CodeNeed) -> str:
        """Return the id of the snapshot that holds some code; "" where it did not come along."""
        sent = self._codes.get(need.key, "")
        if sent:
            return sent if self.code_kept(sent) else ""
        return str(cut(self._snapshot, need).pk) if self._snapshot and not self._codes else ""

    def code_kept(self, snapshot_id: str) -> bool:
        """Return whether the workspace has the code that an exported file names by its id."""
        try:
            wanted = UUID(snapshot_id)
        except ValueError:
            return False
        return Snapshot.objects.filter(workspace=self._workspace, pk=wanted).exists()

    def text_of(self, path: str, code: str) -> str | None:
        """Return the text of a file that came along, by itself or in the code."""
        if path in self._texts:
            return self._texts[path]
        if self._snapshot is None:
            return None
        inside = posixpath.join(wrapping_folder(self._paths_sent), path)
        for place in (path, inside, posixpath.relpath(path, code) if code else path):
            if place in self._paths_sent:
                return file_of(self._snapshot, place).decode(errors="replace")
        return None

    def data_of(self, path: str, code: str) -> str | None:
        """Return the dataset that local data was uploaded as; None where it did not come."""
        found = self._data.get(path)
        return f"azureml:{found.removeprefix('azureml:')}" if found else None

    @cached_property
    def _paths_sent(self) -> list[str]:
        return [str(file["path"]) for file in self._snapshot.files] if self._snapshot else []
