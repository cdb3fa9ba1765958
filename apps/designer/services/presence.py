"""Who has a draft open."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.designer.events import people_changed
from apps.designer.models import Draft, DraftVisit

RENEWED_EVERY_S: Final = 20.0
GONE_AFTER: Final = timedelta(seconds=60)
"""A page whose process was killed says no goodbye."""


@transaction.atomic
def enter(draft_id: UUID, person: User) -> DraftVisit | None:
    """Note that somebody opened a draft, and tell its pages; None where it was deleted meanwhile."""
    if not Draft.objects.select_for_update(no_key=True).filter(pk=draft_id).exists():
        return None
    DraftVisit.objects.filter(draft=draft_id, seen_at__lt=timezone.now() - GONE_AFTER).delete()
    visit = DraftVisit.objects.create(draft_id=draft_id, person=person)
    people_changed(draft_id, people_at(draft_id))
    return visit


def stay(visit: DraftVisit) -> None:
    """Note that the page is still open."""
    DraftVisit.objects.filter(pk=visit.pk).update(seen_at=timezone.now())


@transaction.atomic
def leave(visit: DraftVisit) -> None:
    """Note that the page was closed, and tell the others."""
    gone, _by_kind = DraftVisit.objects.filter(pk=visit.pk).delete()
    if gone:
        people_changed(visit.draft_id, people_at(visit.draft_id))


def people_at(draft_id: UUID) -> list[dict[str, str]]:
    """Return who has a draft open, each once however many pages they have: ``{"id", "name"}``, by name."""
    visits = DraftVisit.objects.filter(draft=draft_id, seen_at__gte=timezone.now() - GONE_AFTER)
    people = {visit.person_id: visit.person.display_name for visit in visits.select_related("person")}
    return [{"id": str(pk), "name": name} for pk, name in sorted(people.items(), key=lambda one: (one[1], one[0]))]
