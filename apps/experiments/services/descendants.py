"""The runs below a run."""

from uuid import UUID

from apps.experiments.models import Run
from apps.experiments.states import ACTIVE


def active_descendants(run: Run) -> list[UUID]:
    """Return the children, their children and so on, as far as they have not ended."""
    found: list[UUID] = []
    parents = [run.pk]
    while parents:
        children = list(Run.objects.filter(parent__in=parents).order_by("created_at").values_list("pk", "status"))
        found += [child for child, status in children if status in ACTIVE]
        parents = [child for child, _status in children]
    return found
