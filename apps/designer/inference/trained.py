"""What a pipeline run has left, for turning it into one that scores."""

import json
from dataclasses import replace
from typing import Any

from apps.core.storage import get_store
from apps.designer.document import Document
from apps.designer.looking import Output
from apps.designer.services.beginnings import drawn
from apps.experiments.models import Run
from apps.pipelines.models import Step
from apps.pipelines.services import clone_of, pipeline_of
from mlstudio.components.core import store

LARGEST_META_BYTES = 16 * 2**20


class TrainedRun:
    """The steps of a pipeline run; see ``graphs.Trained``."""

    def __init__(self, run: Run) -> None:
        steps = Step.objects.filter(pipeline=pipeline_of(run)).defer("plan").select_related("run")
        self._runs = {step.key: step.run for step in steps if step.run is not None}

    def output(self, node: str, port: str) -> str:
        """Return the path of what a node left, as job files have it; "" where it left nothing."""
        run = self._runs.get(node)
        return f"runs:/{run.pk}/outputs/{port}" if run is not None and Output(run, port).files.exists() else ""

    def columns(self, node: str, port: str) -> list[str] | None:
        """Return the names of the columns of a table that a node left; None where nobody knows."""
        facts = self.facts(node, port)
        return None if facts is None else [column["name"] for column in facts]

    def facts(self, node: str, port: str) -> list[dict[str, Any]] | None:
        """Return what is known of the columns of a table that a node left, as its files say it."""
        output = self.found(node, port)
        file = output.parts.get(store.META) if output else None
        if file is None or file.size > LARGEST_META_BYTES:
            return None
        said = json.loads(b"".join(get_store().open(file.key)))
        return list(said["columns"])

    def found(self, node: str, port: str) -> Output | None:
        """Return an output of a node; None where it has not run."""
        run = self._runs.get(node)
        return Output(run, port) if run is not None else None


def document_of(run: Run) -> Document:
    """Return what a run has run, as a document; what its inputs were given is what they are by default."""
    graph, given, settings = clone_of(run)
    return drawn(replace(graph, settings=settings), given)
