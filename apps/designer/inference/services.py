"""Make drafts that score from runs that trained, and keep them up to date."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.hooks import audit
from apps.designer.errors import DraftUnknown
from apps.designer.inference import graphs
from apps.designer.inference.errors import NotInference, NotTrained, NotTurnable
from apps.designer.inference.graphs import Document, Scorer
from apps.designer.inference.rules import is_data, title_of
from apps.designer.inference.trained import TrainedRun, document_of
from apps.designer.models import Draft, InferenceKind, InferenceLink
from apps.designer.patches import Patch, difference
from apps.designer.services.drafts import create_draft
from apps.designer.services.saving import save_patch
from apps.designer.services.submitting import DRAFT_PROPERTY
from apps.experiments.models import Run, RunKind
from apps.experiments.states import RunStatus
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting

MOST_RUNS: Final = 20


def scorers_of(run: Run) -> list[Scorer]:
    """Return the nodes of a run's pipeline whose scores an inference pipeline could give."""
    return graphs.scorers_of(document_of(run))


@transaction.atomic
def create_inference(
    *, actor: User, run: Run, kind: str, scorer: str = "", name: str = "", training_draft: Draft | None = None
) -> Draft:
    """Make a draft that scores with what a run has trained.

    Args: kind: of ``InferenceKind``. scorer: the node whose scores are wanted; may be left out where there is one.
        training_draft: that the run was submitted from; found out where it is None.

    Raises:
        NotTrained: the run has not completed. NotTurnable: it cannot be; the message says why, and what to do.
    """
    acting(actor, run.workspace, Action.PIPELINES_WRITE)
    turned = _turned(run, kind, scorer)
    label = InferenceKind(kind).label
    origin = training_draft or draft_of(run)
    draft = create_draft(
        actor=actor,
        workspace=run.workspace,
        document=turned.document,
        name=name
        or _("%(name)s – %(kind)s inference") % {"name": str(origin or run)[:200], "kind": str(label).lower()},
        description=_("Made of what the run %(run)s has trained.") % {"run": run.name},
        origin=run.name,
    )
    InferenceLink.objects.create(
        draft=draft,
        kind=kind,
        training_draft=origin,
        training_run=run,
        scorer=scorer or graphs.scorers_of(document_of(run))[0].key,
        generated=turned.document,
        notes=[note.as_json() for note in turned.notes],
        labels=turned.labels,
    )
    return draft


@transaction.atomic
def update_inference(*, actor: User, draft: Draft, run: Run | None = None) -> list[str]:
    """Take models *and* fitted transformations from a newer training run into an inference draft; what people changed in it since
    stays, but where training changed the same node.

    Args: run: the newest that completed where it is None.
    Returns: what changed, in sentences; none where nothing did.

    Raises:
        NotInference: the draft was not made of a training. NotTrained: there is no such run. NotTurnable: the training pipeline
            is no longer one that can be turned.
    """
    acting(actor, draft.workspace, Action.PIPELINES_WRITE)
    link = link_of(draft)
    if link is None:
        raise NotInference
    run = run or next(iter(runs_of(link)), None)
    if run is None:
        raise NotTrained
    turned = _turned(run, link.kind, link.scorer)
    patch = _fitting(draft.document, difference(link.generated, turned.document))
    changes = changes_between(link.generated, turned.document)
    if patch:
        summary = _("Updated with what the run %(run)s has trained") % {"run": run.name}
        save_patch(actor=actor, draft=draft, base=draft.revision, patch=patch, summary=summary)
    link.training_run, link.generated, link.labels = run, turned.document, turned.labels
    link.notes = [note.as_json() for note in turned.notes]
    link.save()
    audit(actor, "draft.inference_updated", draft, workspace_id=draft.workspace_id, summary=draft.name, run=run.name)
    return changes


def changes_between(old: Document, new: Document) -> list[str]:
    """Return in what two inference pipelines differ, in sentences."""
    before: Mapping[str, Any] = old.get("nodes", {})
    after: Mapping[str, Any] = new.get("nodes", {})
    found = []
    for key, node in after.items():
        names = {"title": title_of(node)}
        if key not in before:
            found.append(_("%(title)s is new.") % names)
        elif before[key]["component"] != node["component"] and is_data(node):
            found.append(_("%(title)s comes from the newer run.") % names)
        elif before[key]["component"] != node["component"] or before[key].get("inputs") != node.get("inputs"):
            found.append(_("%(title)s is set or connected differently.") % names)
    return found + [
        _("%(title)s is gone.") % {"title": title_of(node)} for key, node in before.items() if key not in after
    ]


def link_of(draft: Draft) -> InferenceLink | None:
    """Return what an inference draft was made of; None of other drafts."""
    rows = InferenceLink.objects.filter(draft=draft)
    found = rows.select_related(
        "training_run__workspace", "training_draft__workspace", "deployment__endpoint__workspace"
    ).first()
    if found is not None:
        found.draft = draft
    return found


def runs_of(link: InferenceLink) -> list[Run]:
    """Return the runs that an inference draft can be updated with, the newest first: of the draft that it was made of, else of
    the same experiment."""
    rows = Run.objects.filter(
        workspace=link.draft.workspace, kind=RunKind.PIPELINE, deleted_at=None, status=RunStatus.COMPLETED
    )
    rows = rows.order_by("-created_at").select_related("workspace", "experiment")
    if link.training_draft_id is not None:
        newest = link.training_draft.last_run if link.training_draft else None
        return [run for run in rows[: MOST_RUNS * 5] if run.properties.get(DRAFT_PROPERTY) == str(link.training_draft_id)
                or (newest is not None and run.pk == newest.pk)][:MOST_RUNS]  # fmt: skip
    experiment = link.training_run.experiment_id if link.training_run else None
    return list(rows.filter(experiment=experiment)[:MOST_RUNS])


def draft_of(run: Run) -> Draft | None:
    """Return the draft that a run was submitted from, if it is still there."""
    said = (run.properties or {}).get(DRAFT_PROPERTY, "")
    try:
        return Draft.objects.filter(workspace=run.workspace, pk=UUID(said)).first() if said else None
    except ValueError:
        return None


def trained_run(draft: Draft) -> Run:
    """Return the last run of a draft.

    Raises:
        DraftUnknown: the draft is gone. NotTrained: nothing was submitted, or it has not completed.
    """
    row = Draft.objects.select_related("last_run__workspace").filter(pk=draft.pk).first()
    if row is None:
        raise DraftUnknown
    run = row.last_run
    if run is None or run.deleted_at is not None or run.status != RunStatus.COMPLETED:
        raise NotTrained
    return run


def _turned(run: Run, kind: str, scorer: str) -> graphs.Inference:
    if run.kind != RunKind.PIPELINE or run.status != RunStatus.COMPLETED:
        raise NotTrained
    try:
        return graphs.inference_of(document_of(run), TrainedRun(run), kind, scorer)
    except graphs.CannotTurn as refusal:
        raise NotTurnable(str(refusal)) from None


def _fitting(document: Document, patch: Patch) -> Patch:
    """Return a patch without what is in the document already; nodes stay where people have put them."""
    nodes: Mapping[str, Any] = document.get("nodes", {})
    fitted = dict(patch)
    if "nodes" in patch:
        moved = {
            key: {**node, "position": nodes[key]["position"]}
            if node and key in nodes and "position" in nodes[key]
            else node
            for key, node in patch["nodes"].items()
        }
        fitted["nodes"] = {key: node for key, node in moved.items() if nodes.get(key) != node}
    return {section: values for section, values in fitted.items() if values}
