"""Publish pipelines, switch them on and off, and run them for whoever calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import InvalidInput, UserError
from apps.core.hooks import audit
from apps.data.models import Dataset, DatasetVersion
from apps.data.services import find_version as find_dataset_version
from apps.experiments.models import Run, RunKind
from apps.pipelines import assigning
from apps.pipelines.assigning import PARAMETERS, Parameter
from apps.pipelines.errors import NothingToPublish, PipelineEndpointDisabled, PublishedDisabled, PublishedUnknown
from apps.pipelines.graph import codec
from apps.pipelines.graph.types import Binding, Graph
from apps.pipelines.models import PipelineEndpoint, PipelineRun, PublishedPipeline
from apps.pipelines.services.graphs import keep_graph, read_graph
from apps.pipelines.services.submitting import clone_of, submit_pipeline
from apps.workspaces.events import workspace_changed
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting, check_fields

CALLED_WITH: Final = "studio.called_with"


@dataclass(frozen=True)
class Call:
    """What a call of a published pipeline asks for. ``inputs`` over the published ones; ``places``: where in the request each of
    them was said, for what is wrong with it. ``caller``: which key opened the endpoint, where nobody called in person."""

    inputs: Mapping[str, Binding] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    experiment_name: str = ""
    display_name: str = ""
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    continue_on_step_failure: bool | None = None
    source: str = ""
    caller: str = ""


@transaction.atomic
def publish_pipeline(
    *,
    actor: User,
    workspace: Workspace,
    graph: Graph,
    inputs: Mapping[str, Binding] | None = None,
    name: str,
    version: str = "",
    description: str = "",
    experiment_name: str = "",
) -> PublishedPipeline:
    """Publish a pipeline: others can run it from now on, as it is, with other values for its inputs.

    Args: inputs: what its inputs are unless a caller says otherwise. experiment_name: where its runs go unless a caller says.

    Raises:
        InvalidInput: a field breaks its rule.
    """
    acting(actor, workspace, Action.PIPELINES_WRITE)
    published = PublishedPipeline(
        workspace=workspace,
        name=name.strip(),
        version=version.strip(),
        description=description,
        graph=keep_graph(workspace, graph),
        inputs=codec.bindings_to_json(inputs or {}),
        experiment_name=experiment_name,
        created_by=actor,
    )
    check_fields(published, "name", "version", "description")
    published.save(force_insert=True)
    tell(actor, "pipeline.published", published)
    return published


def publish_run(
    *, actor: User, run: Run, name: str, version: str = "", description: str = "", experiment_name: str = ""
) -> PublishedPipeline:
    """Publish the pipeline of a run; what the run was given stays what its inputs are unless a caller says otherwise.

    Raises:
        NothingToPublish: it is no run of a pipeline.
    """
    if run.kind != RunKind.PIPELINE:
        raise NothingToPublish
    graph, inputs, settings = clone_of(run)
    experiment = experiment_name or (run.experiment.name if run.experiment else "")
    return publish_pipeline(
        actor=actor,
        workspace=run.workspace,
        graph=replace(graph, settings=settings),
        inputs=inputs,
        name=name,
        version=version,
        description=description,
        experiment_name=experiment,
    )


def find_published(workspace: Workspace, published_id: UUID) -> PublishedPipeline:
    """Return a published pipeline.

    Raises:
        PublishedUnknown: there is none.
    """
    rows = PublishedPipeline.objects.filter(workspace=workspace, pk=published_id)
    found = rows.select_related("graph", "created_by", "last_run").first()
    if found is None:
        raise PublishedUnknown
    found.workspace = workspace
    return found


@transaction.atomic
def edit_published(*, actor: User, published: PublishedPipeline, changes: Mapping[str, Any]) -> PublishedPipeline:
    """Change the description of a published pipeline, or switch it on or off (``is_enabled``). Harmless when repeated."""
    acting(actor, published.workspace, Action.PIPELINES_WRITE)
    row = PublishedPipeline.objects.select_for_update(of=("self",)).select_related("workspace").get(pk=published.pk)
    changed = {
        name for name in ("description", "is_enabled") if name in changes and getattr(row, name) != changes[name]
    }
    for name in changed:
        setattr(row, name, changes[name])
    check_fields(row, "description")
    if changed:
        row.save(update_fields=[*changed, "updated_at"])
    if "is_enabled" in changed:
        tell(actor, "pipeline.enabled" if row.is_enabled else "pipeline.disabled", row)
    elif changed:
        tell(actor, "pipeline.edited", row)
    return row


def graph_of_published(published: PublishedPipeline) -> Graph:
    """Return what a published pipeline runs."""
    return read_graph(published.graph)


def inputs_of(published: PublishedPipeline) -> dict[str, Binding]:
    """Return what the inputs of a published pipeline are unless a caller says otherwise; defaults of the graph beside."""
    return codec.bindings_from_json(published.inputs)


def parameters_of(published: PublishedPipeline) -> list[Parameter]:
    """Return the inputs of a published pipeline, with what they are unless said otherwise."""
    return assigning.parameters_of(graph_of_published(published), inputs_of(published))


def read_call(published: PublishedPipeline, body: Mapping[str, Any]) -> tuple[dict[str, Binding], dict[str, str]]:
    """Return what the body of a call gives for inputs, and where in it. See ``assigning.read_assignments``."""
    return assigning.read_assignments(
        graph_of_published(published), body, lambda name, version: _dataset_path(published.workspace, name, version)
    )


@transaction.atomic
def submit_published(
    *, actor: User | None, published: PublishedPipeline, call: Call, endpoint: PipelineEndpoint | None = None
) -> Run:
    """Run a published pipeline.

    Args: actor: None where an endpoint's key called, which its holder may. endpoint: what it was called through.

    Raises:
        PipelineEndpointDisabled, PublishedDisabled: it was switched off. InvalidInput: something given does not fit; it is named
            where the request said it.
    """
    if actor is not None:
        acting(actor, published.workspace, Action.RUNS_WRITE)
    if endpoint is not None and not (endpoint.is_enabled and endpoint.archived_at is None):
        raise PipelineEndpointDisabled(endpoint.name)
    if not published.is_enabled:
        raise PublishedDisabled(str(published))
    graph = graph_of_published(published)
    settings = graph.settings
    if call.continue_on_step_failure is not None:
        settings = replace(settings, continue_on_step_failure=call.continue_on_step_failure)
    try:
        run = submit_pipeline(
            actor=actor,
            workspace=published.workspace,
            graph=graph,
            inputs={**inputs_of(published), **call.inputs},
            experiment_name=call.experiment_name or published.experiment_name,
            display_name=call.display_name or published.name,
            description=call.description,
            tags=dict(call.tags),
            properties=_properties(published, endpoint, call),
            settings=settings,
            published=published,
        )
    except InvalidInput as error:
        raise InvalidInput(_as_said(error.errors, call.places)) from None
    PipelineRun.objects.filter(run=run).update(endpoint=endpoint)
    PublishedPipeline.objects.filter(pk=published.pk).update(last_run=run)
    PipelineEndpoint.objects.filter(versions__published=published).update(last_run=run)
    if endpoint is not None and actor is None:
        audit(None, "pipeline_endpoint.called", endpoint, workspace_id=run.workspace_id, run=run.name, key=call.caller)
    workspace_changed(run.workspace_id, "pipeline_endpoints")
    return run


def tell(actor: Any, verb: str, published: PublishedPipeline) -> None:
    """Write down what was done with a published pipeline, and have open pages load again."""
    audit(actor, verb, published, workspace_id=published.workspace_id, summary=str(published))
    workspace_changed(published.workspace_id, "pipeline_endpoints")


def _properties(published: PublishedPipeline, endpoint: PipelineEndpoint | None, call: Call) -> dict[str, str]:
    """Return what a run remembers of its call, by the names that Azure ML has for it."""
    found = {"azureml.pipelineid": str(published.pk), "azureml.runsource": call.source or "azureml.PipelineRun"}
    if endpoint is not None:
        found["azureml.pipelineendpointid"] = str(endpoint.pk)
    if call.caller:
        found[CALLED_WITH] = call.caller
    return found


def _as_said(errors: Mapping[str, list[str]], places: Mapping[str, str]) -> dict[str, list[str]]:
    """Name what is wrong with an input where the request gave it, or could have."""
    found: dict[str, list[str]] = {}
    for path, sentences in errors.items():
        name = path.removeprefix("inputs.")
        is_input = path.startswith("inputs.")
        found[places.get(name, f"{PARAMETERS}.{name}") if is_input else path] = list(sentences)
    return found


def _dataset_path(workspace: Workspace, name: str, version: str) -> str:
    """Return the path of a dataset that is named by its id, by that of a version, or by its name.

    Raises:
        ValueError: there is none.
    """
    try:
        pk = UUID(name)
    except ValueError:
        reference = f"{name}:{version}" if version else name
        try:
            return f"azureml:{find_dataset_version(workspace, reference).reference}"
        except UserError as error:
            raise ValueError(str(error.message)) from None
    rows = DatasetVersion.objects.filter(dataset__workspace=workspace).select_related("dataset")
    found = rows.filter(pk=pk).first()
    if found is None:
        dataset = Dataset.objects.filter(workspace=workspace, pk=pk).first()
        asked = (
            {"number": int(version)}
            if version.isdecimal() and len(version) < 9
            else {"pk": dataset and dataset.latest_id}
        )
        found = rows.filter(dataset=dataset, **asked).first() if dataset else None
    if found is None:
        raise ValueError(_("There is no dataset with the id %(id)s in this workspace.") % {"id": name})
    return f"azureml:{found.reference}"
