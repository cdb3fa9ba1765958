"""From an inference draft that has run to an endpoint that answers."""

import io
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.storage import get_store
from apps.designer.document import Document
from apps.designer.inference.errors import NotRealtime, NotTriedOut, NotTurnable
from apps.designer.inference.graphs import CannotTurn
from apps.designer.inference.packages import DATA, GRAPH, SCORE, Package, TableFacts, packed, web_nodes
from apps.designer.inference.services import link_of, trained_run
from apps.designer.inference.trained import TrainedRun, document_of
from apps.designer.looking import describe
from apps.designer.models import Draft, InferenceKind, InferenceLink
from apps.designer.services.reading import graph_of
from apps.endpoints import services as endpoints
from apps.endpoints.errors import EndpointUnknown
from apps.endpoints.models import Deployment, Endpoint
from apps.endpoints.states import AuthMode
from apps.experiments.models import Run, RunFile, Snapshot
from apps.experiments.services.inputs import provider_of, resolve_inputs
from apps.experiments.services.snapshots import store_snapshot
from apps.pipelines.graph.types import Graph
from apps.pipelines.services import graph_of as graph_of_run
from apps.registry.models import ModelVersion
from apps.registry.services import NewVersion, SourceFile, register_files
from apps.registry.states import ModelType
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting

ENVIRONMENT: Final = "designer"
ENTRY: Final = "score.py"
DEPLOYMENT: Final = "designer"
MOST_FILES: Final = 1000
MOST_PAGES: Final = 5


@dataclass(frozen=True)
class Deploy:
    """Where and how a pipeline shall answer. ``endpoint``: a new name, or that of one that is there. ``deployment``: the same.
    ``request_settings``: as ``endpoints.services.Settings`` takes them."""

    endpoint: str
    deployment: str = DEPLOYMENT
    instance_count: int = 1
    auth_mode: str = ""
    request_settings: Mapping[str, int] | None = None


def deploy(*, actor: User, draft: Draft, asked: Deploy) -> Deployment:
    """Have an endpoint answer with the pipeline of a draft, as it ran last; a deployment of that name is updated.

    Call it outside of a transaction: it reads and writes files.

    Raises:
        NotRealtime, NotTrained, NotTriedOut: the draft is for batches, has not run, or was changed since. NotTurnable: something
            in it cannot be served. UserError: endpoint or deployment cannot be made so.
    """
    acting(actor, draft.workspace, Action.ENDPOINTS_WRITE)
    acting(actor, draft.workspace, Action.MODELS_WRITE)
    link = link_of(draft)
    run = run_to_deploy(draft, link)
    package = _package(draft, link, run)
    workspace = draft.workspace
    files = _files(actor, workspace, package)
    snapshot = _code(workspace)
    sample = {
        "Inputs": {name: said["sample"] for name, said in package.graph["inputs"].items()},
        "GlobalParameters": {},
    }
    is_whole = all(rows and None not in rows[0].values() for rows in sample["Inputs"].values())
    with transaction.atomic():
        model = _model(actor, workspace, draft, run, files)
        settings = endpoints.Settings(
            model=model,
            snapshot=snapshot,
            entry_script=ENTRY,
            environment=ENVIRONMENT,
            request_settings=asked.request_settings or {},
            sample=sample if is_whole else None,
        )
        deployment = _deployment(actor, workspace, asked, settings)
        if link is not None:
            InferenceLink.objects.filter(pk=link.pk).update(deployment=deployment)
    return deployment


def run_to_deploy(draft: Draft, link: InferenceLink | None) -> Run:
    """Return the run whose pipeline would be deployed: the draft's last one, if it ran what the draft is now.

    Raises:
        NotRealtime, NotTrained, NotTriedOut: there is none.
    """
    if link is not None and link.kind != InferenceKind.REALTIME:
        raise NotRealtime
    run = trained_run(draft)
    if _essence(graph_of(draft)) != _essence(graph_of_run(run)):
        raise NotTriedOut
    return run


def _essence(graph: Graph) -> dict[str, Any]:
    """Return what a pipeline computes, without how it is drawn and where it runs."""
    return {key: (graph.components[node.component].digest or node.component if node.component in graph.components else "",
                  dict(node.inputs)) for key, node in graph.nodes.items()}  # fmt: skip


def _package(draft: Draft, link: InferenceLink | None, run: Run) -> Package:
    document, done = document_of(run), TrainedRun(run)
    labels = list(link.labels) if link is not None else []
    try:
        entries, answers = web_nodes(document)
        inputs = {name: _facts(done, key, "data", labels) for name, key in entries.items()}
        outputs = {name: _facts(done, key, "answer", []) for name, key in answers.items()}
        return packed(document, draft.name, inputs, outputs, labels, _parameters(document))
    except CannotTurn as refusal:
        raise NotTurnable(str(refusal), field="endpoint") from None


def _parameters(document: Document) -> dict[str, Any]:
    return {name: port.get("default") for name, port in document.get("inputs", {}).items()}


def _facts(done: TrainedRun, key: str, port: str, labels: list[str]) -> TableFacts:
    columns, output = done.facts(key, port), done.found(key, port)
    if columns is None or output is None:
        raise CannotTurn(_("The run left nothing at “%(node)s”. Submit the pipeline again.") % {"node": key}, key)
    rows: list[dict[str, Any]] = []
    start = 0
    while start < len(columns) and start // 100 < MOST_PAGES:
        shown = describe(output, start)
        names = [one["name"] for one in shown["schema"]]
        part = [dict(zip(names, row, strict=True)) for row in shown["data"]]
        rows = [{**left, **right} for left, right in zip(rows, part, strict=False)] if start else part
        start += max(1, len(names))
    wanted = [one["name"] for one in columns if one["name"] not in labels]
    known = [{name: row[name] for name in wanted} for row in rows if all(name in row for name in wanted)]
    # A row without missing values shows best what to send.
    known.sort(key=lambda row: sum(value is None for value in row.values()))
    return TableFacts(columns, known[:1])


def _files(actor: User, workspace: Workspace, package: Package) -> list[SourceFile]:
    """Return the files of a package, as the store has them."""
    found = [
        _written(workspace, GRAPH, json.dumps(package.graph, ensure_ascii=False, indent=1).encode()),
        _written(workspace, ENTRY, SCORE.encode()),
    ]
    for folder, path in package.data.items():
        given = {"type": "uri_folder", "mode": "download", "path": path}
        resolved, _warnings = resolve_inputs(workspace, actor, {"data": given})
        said = resolved["data"]
        if said["kind"] == "run":
            found += _of_run(said, f"{DATA}/{folder}")
            continue
        provider = provider_of(said)
        for file in provider.files(workspace, said, "", MOST_FILES):
            chunks, _size = provider.open(workspace, said, file.path, 0)
            found.append(_written(workspace, f"{DATA}/{folder}/{file.path}", b"".join(chunks)))
    return found


def _of_run(said: Mapping[str, Any], folder: str) -> list[SourceFile]:
    below = str(said["path"]).removeprefix("runs:/").partition("/")[2]
    rows = RunFile.objects.filter(run=said["id"], path__startswith=f"{below}/").order_by("path")
    return [SourceFile(f"{folder}/{row.path[len(below) + 1 :]}", row.size, row.sha256, row.key) for row in rows]


def _written(workspace: Workspace, path: str, content: bytes) -> SourceFile:
    """Return a file that was put into the store, where the workspace's models are; the version gets a copy of it."""
    digest = sha256(content).hexdigest()
    key = f"workspaces/{workspace.pk}/models/designer/{digest}"
    if not get_store().exists(key):
        get_store().write(key, [content])
    return SourceFile(path, len(content), digest, key)


def _code(workspace: Workspace) -> Snapshot:
    packed_code = io.BytesIO()
    with zipfile.ZipFile(packed_code, "w") as archive:
        archive.writestr(zipfile.ZipInfo(ENTRY), SCORE)
    packed_code.seek(0)
    return store_snapshot(workspace, packed_code)


def _model(actor: User, workspace: Workspace, draft: Draft, run: Run, files: list[SourceFile]) -> ModelVersion:
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", draft.name).strip("-._")[:200] or "pipeline"
    described = _("The inference pipeline “%(name)s”, as it ran in %(run)s.") % {"name": draft.name, "run": run.name}
    new = NewVersion(
        type=ModelType.CUSTOM, description=described, source=f"designer:{draft.pk}", environment=ENVIRONMENT, run=run
    )
    return register_files(actor=actor, workspace=workspace, name=name, files=files, new=new)


def _deployment(actor: User, workspace: Workspace, asked: Deploy, settings: endpoints.Settings) -> Deployment:
    try:
        endpoint: Endpoint = endpoints.find_endpoint(workspace, asked.endpoint)
    except EndpointUnknown:
        endpoint = endpoints.create_endpoint(
            actor=actor, workspace=workspace, name=asked.endpoint, auth_mode=asked.auth_mode or AuthMode.KEY
        )
    known = endpoints.find_deployment(endpoint, asked.deployment)
    if known is None:
        return endpoints.create_deployment(
            actor=actor,
            endpoint=endpoint,
            name=asked.deployment,
            settings=settings,
            instance_count=asked.instance_count,
        )
    last = known.candidate or known.shown_revision
    if last is not None:  # what was set at the endpoint since stays
        kept = endpoints.settings_of(last)
        settings = replace(
            kept,
            model=settings.model,
            snapshot=settings.snapshot,
            entry_script=settings.entry_script,
            environment=settings.environment,
            request_settings={**kept.request_settings, **settings.request_settings},
            sample=settings.sample,
        )
    endpoints.update_deployment(actor=actor, deployment=known, settings=settings)
    return endpoints.scale_deployment(actor=actor, deployment=known, instance_count=asked.instance_count)
