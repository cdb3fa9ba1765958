"""Which runs used data: the data app's side of lineage."""

from collections.abc import Collection
from uuid import UUID

from django.utils.translation import gettext as _

from apps.data.hooks import DatasetUse
from apps.experiments.models import Direction
from apps.experiments.services import runs_that_used


def uses_by_runs(version_ids: Collection[UUID], limit: int) -> list[DatasetUse]:
    """Return the runs that read or wrote one of these versions. Fills ``dataset_uses``."""
    return [
        DatasetUse(
            version_id=use.asset_id,
            kind=_("run"),
            label=str(use.run),
            url=use.run.get_absolute_url(),
            at=use.run.created_at,
            status=use.run.status,
            direction="output" if use.direction == Direction.OUTPUT else "input",
        )
        for use in runs_that_used(version_ids, limit)
    ]
