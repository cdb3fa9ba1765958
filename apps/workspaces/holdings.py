"""What workspaces hold, in numbers, as all apps tell it."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db.models import Count
from django.template.defaultfilters import filesizeformat
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from apps.core import hooks
from apps.core.hooks import Holding
from apps.workspaces.models import Alias, Membership, Secret, Workspace


def own_holdings(workspace_ids: Collection[UUID]) -> dict[UUID, list[Holding]]:
    """Return what this app keeps in workspaces. Fills ``workspace_holds``."""
    held: dict[UUID, list[Holding]] = {workspace_id: [] for workspace_id in workspace_ids}
    kinds: list[tuple[str, type[Membership | Secret | Alias]]] = [
        (_("Members"), Membership),
        (_("Secrets"), Secret),
        (_("Aliases"), Alias),
    ]
    for label, model in kinds:
        rows = model._default_manager.filter(workspace__in=workspace_ids).order_by()
        for workspace_id, count in rows.values_list("workspace").annotate(Count("pk")):
            held[workspace_id].append(Holding(label, count))
    return held


def holdings_of_each(workspaces: Collection[Workspace]) -> dict[UUID, list[Holding]]:
    """Return what all apps keep in each workspace, without what there is none of."""
    ids = [workspace.pk for workspace in workspaces]
    answers = hooks.workspace_holds(ids)
    return {pk: [item for answer in answers for item in answer.get(pk, []) if item.count] for pk in ids}


def holdings_of(workspace: Workspace) -> list[Holding]:
    """Return what all apps keep in one workspace."""
    return holdings_of_each([workspace])[workspace.pk]


def in_words(holdings: Sequence[Holding]) -> str:
    """Return holdings as one line."""
    return ", ".join(_in_words(holding) for holding in holdings)


def _in_words(holding: Holding) -> str:
    words = f"{holding.label}: {number_format(holding.count, force_grouping=True)}"
    return f"{words} ({filesizeformat(holding.size_bytes)})" if holding.size_bytes else words
