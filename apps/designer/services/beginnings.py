"""What drafts begin with: a sample, the pipeline of a run, another draft, a job file."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.designer.document import Document, graph_to_document
from apps.designer.errors import SampleUnknown
from apps.designer.models import Draft
from apps.designer.samples import SAMPLES, ensure_sample_data
from apps.designer.services.drafts import copy_draft, create_draft, find_draft
from apps.experiments.models import Run, RunKind
from apps.pipelines.errors import NoPipeline
from apps.pipelines.graph.types import Binding, FromData, Graph, Value
from apps.pipelines.jobs.files import read_pipeline_file
from apps.pipelines.jobs.workspace import PipelineSurroundings
from apps.pipelines.services import clone_of
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting


@transaction.atomic
def begin(
    *,
    actor: User,
    workspace: Workspace,
    name: str = "",
    description: str = "",
    sample: str = "",
    run: UUID | None = None,
    draft: UUID | None = None,
    document: Document | None = None,
    yaml: str = "",
) -> Draft:
    """Begin a draft with what is given, which is one thing at most; else with nothing.

    Raises:
        UserError: there is no such sample, run or draft, or it cannot be drawn. InvalidInput: what is given breaks its rules.
    """
    acting(actor, workspace, Action.PIPELINES_WRITE)
    if draft is not None:
        return copy_draft(actor=actor, draft=find_draft(workspace, draft), name=name)
    if sample:
        return _from_sample(actor, workspace, sample, name)
    if run is not None:
        return _from_run(actor, workspace, run, name)
    if yaml:
        return _from_yaml(actor, workspace, yaml, name)
    return create_draft(actor=actor, workspace=workspace, document=document, name=name, description=description)


def _from_sample(actor: User, workspace: Workspace, wanted: str, name: str) -> Draft:
    sample = SAMPLES.get(wanted)
    if sample is None:
        raise SampleUnknown(list(SAMPLES))
    return create_draft(
        actor=actor,
        workspace=workspace,
        document=ensure_sample_data(workspace, actor, sample),
        name=name or str(sample.title),
        description=f"{sample.shows}\n\n{sample.data.source}",
        origin=sample.name,
    )


def _from_run(actor: User, workspace: Workspace, run_id: UUID, name: str) -> Draft:
    run = Run.objects.filter(workspace=workspace, pk=run_id, kind=RunKind.PIPELINE, deleted_at=None).first()
    if run is None:
        raise NoPipeline
    run.workspace = workspace
    graph, given, settings = clone_of(run)
    return create_draft(
        actor=actor,
        workspace=workspace,
        document=drawn(replace(graph, settings=settings), given),
        name=name or _("%(name)s (clone)") % {"name": str(run)[:240]},
        description=run.description,
        origin=run.name,
    )


def _from_yaml(actor: User, workspace: Workspace, text: str, name: str) -> Draft:
    read = read_pipeline_file(text, PipelineSurroundings(workspace))
    return create_draft(
        actor=actor,
        workspace=workspace,
        document=drawn(read.graph, read.inputs),
        name=name or read.display_name,
        description=read.description,
        origin="YAML",
    )


def drawn(graph: Graph, given: Mapping[str, Binding]) -> dict[str, Any]:
    """Return the document of a graph; what its inputs were given is what they are unless said otherwise."""
    document = graph_to_document(graph)
    for name, binding in given.items():
        declared = document.get("inputs", {}).get(name)
        if declared is not None and isinstance(binding, Value) and binding.value is not None:
            declared["default"] = binding.value
        elif declared is not None and isinstance(binding, FromData):
            declared["default"] = binding.path
    return document
