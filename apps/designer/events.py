"""News of drafts, for open pages."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from django.db import transaction

from apps.core import events
from apps.designer.models import Draft
from apps.workspaces.events import workspace_changed


def draft_topic(draft_id: UUID | str) -> str:
    """Return the topic of a draft."""
    return f"draft:{draft_id}"


def draft_revised(draft: Draft, by: str, client: str) -> None:
    """Tell the draft's pages that it has a new revision. ``client``: the page that made it, which knows already."""
    events.publish(draft_topic(draft.pk), "draft.revised", {"revision": draft.revision, "by": by, "client": client})


def people_changed(draft_id: UUID, people: Sequence[dict[str, str]]) -> None:
    """Tell the draft's pages who has it open now."""
    events.publish(draft_topic(draft_id), "draft.people", {"people": list(people)})


def draft_changed(draft: Draft) -> None:
    """Tell the draft's pages, and lists of drafts, of what is no part of the document: name, archive, last run."""
    events.publish(
        draft_topic(draft.pk), "draft.changed", {"name": draft.name, "archived": draft.archived_at is not None}
    )
    drafts_changed(draft.workspace_id)


def drafts_changed(workspace_id: UUID) -> None:
    """Tell lists of the workspace's drafts, after the commit: that topic is shared by all who work there."""
    transaction.on_commit(partial(workspace_changed, workspace_id, "drafts"))
