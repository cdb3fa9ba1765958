"""Data sets that clients say a run read. The studio keeps what they say, none of the data."""

import json
from collections.abc import Iterable
from typing import Any, Final

from django.utils.translation import gettext as _

from apps.experiments.models import Run
from apps.experiments.models.data import Direction, RunData
from apps.tracking.asked import text_in
from apps.tracking.errors import Invalid
from apps.tracking.logged_models import texts_in
from apps.tracking.models import RunDataset

LONGEST: Final = {
    "name": 500, "digest": 36, "source_type": 36, "source": 65_535, "schema": 1_048_575, "profile": 16_777_215,
}  # fmt: skip
MOST_DATASETS: Final = 1000
LONGEST_REFERENCE: Final = 1000


def read_dataset(said: dict[str, Any]) -> RunDataset:
    """Return a data set as a client describes it, not stored yet.

    Raises:
        Invalid: a part is missing, or too long.
    """
    dataset = said.get("dataset")
    if not isinstance(dataset, dict):
        raise Invalid(_("Missing value for required parameter “%(name)s”.") % {"name": "dataset"})
    texts = {name: text_in(dataset, name) for name in ("name", "digest")}
    for name in LONGEST:
        text = texts.setdefault(name, dataset.get(name) or "")
        if not isinstance(text, str) or len(text) > LONGEST[name]:
            values = {"name": name, "most": LONGEST[name]}
            raise Invalid(_("“%(name)s” of a data set is a text of up to %(most)d characters.") % values)
    return RunDataset(**texts, tags=texts_in(said.get("tags"), "tags"))


def log_datasets(run: Run, datasets: Iterable[RunDataset]) -> None:
    """Keep what a run read. The same data set again adds its tags."""
    for dataset in datasets:
        known = RunDataset.objects.filter(run=run, name=dataset.name, digest=dataset.digest).first()
        if known is not None:
            known.tags = {**known.tags, **dataset.tags}
            known.save(update_fields=["tags"])
            continue
        if RunDataset.objects.filter(run=run).count() >= MOST_DATASETS:
            raise Invalid(_("A run has at most %(most)d data sets.") % {"most": MOST_DATASETS})
        dataset.run = run
        dataset.save()
        kind, reference = _in_lineage(dataset)
        # An input of the job under this name says more than what a client read of it.
        RunData.objects.get_or_create(
            run=run, direction=Direction.INPUT, name=dataset.name[:255], defaults={"kind": kind, "reference": reference}
        )


def _in_lineage(dataset: RunDataset) -> tuple[str, str]:
    """Return how the run's page shows it: where it came from, where that is an address, else its name and digest."""
    try:
        source = json.loads(dataset.source)
    except (ValueError, RecursionError):
        source = None
    address = source.get("uri") or source.get("url") if isinstance(source, dict) else None
    if isinstance(address, str) and address.startswith(("https://", "http://")):
        return "url", address[:LONGEST_REFERENCE]
    return "other", f"{dataset.name} ({dataset.digest})"[:LONGEST_REFERENCE]
