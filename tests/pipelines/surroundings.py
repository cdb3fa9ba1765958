"""What the files of a pipeline refer to, without a workspace."""

from collections.abc import Mapping
from typing import Any

from apps.core.errors import UserError
from apps.pipelines.graph.types import Component
from apps.pipelines.jobs.files import PipelineFile, read_pipeline_file
from apps.pipelines.jobs.source import CodeNeed


class Around:
    """A workspace whose only target is ``local``, with registered components, and what came along with a file."""

    def __init__(
        self,
        texts: Mapping[str, str] | None = None,
        *,
        components: Mapping[str, Component] | None = None,
        data: Mapping[str, str] | None = None,
        has_code: bool = True,
    ) -> None:
        self.texts, self.components, self.data = texts or {}, components or {}, data or {}
        self.has_code = has_code

    def target_named(self, name: str) -> str | None:
        return name if name == "local" else None

    def environment_named(self, reference: str) -> str:
        return reference

    def text_of(self, path: str, code: str) -> str | None:
        return self.texts.get(path)

    def data_of(self, path: str, code: str) -> str | None:
        return self.data.get(path)

    def code_of(self, need: CodeNeed) -> str:
        return f"code of {need.key}" if self.has_code else ""

    def code_kept(self, snapshot_id: str) -> bool:
        return snapshot_id != "gone"

    def component_named(self, reference: str) -> Component:
        found = self.components.get(reference.removeprefix("azureml:"))
        if found is None:
            raise UserError(f"There is no component “{reference}” here.")
        return found


def read(text: str, around: Around | None = None, **options: Any) -> PipelineFile:
    return read_pipeline_file(text, around or Around(), **options)
