"""What a run read and wrote, as its overview shows it."""

from dataclasses import dataclass

from django.template.defaultfilters import filesizeformat

from apps.experiments.models import Direction, Run
from apps.experiments.services import ShownData
from apps.experiments.services.config import asset_name, is_data
from apps.experiments.states import RunStatus
from apps.experiments.views.job_rows import as_text


@dataclass(frozen=True)
class ShownInput:
    """An input: ``text`` is its value, or what the data was; ``note`` how it was named and how much it is."""

    name: str
    type: str
    text: str
    url: str = ""
    note: str = ""


@dataclass(frozen=True)
class ShownOutput:
    """An output: where it lies among the run's files, and what was made of it. ``is_waiting``: not yet."""

    name: str
    type: str
    asset: str = ""
    url: str = ""
    problem: str = ""
    is_waiting: bool = False


def inputs_of(run: Run, data: list[ShownData]) -> list[ShownInput]:
    """Return a run's inputs in the order of its job."""
    urls = {each.row.name: each.url for each in data if each.row.direction == Direction.INPUT}
    found = []
    for name, given in (run.config.get("inputs") or {}).items():
        if not is_data(given):
            found.append(ShownInput(name, given.get("type", ""), as_text(given.get("value"))))
            continue
        size = filesizeformat(given["bytes"]) if given.get("bytes") is not None else ""
        named = given["path"] if given["path"].removeprefix("azureml:") != given["reference"] else ""
        note = " · ".join(part for part in (named, size) if part)
        found.append(ShownInput(name, given["type"], given["reference"], urls.get(name, ""), note))
    return found


def outputs_of(run: Run, data: list[ShownData]) -> list[ShownOutput]:
    """Return a run's outputs in the order of its job."""
    made = {each.row.name: each for each in data if each.row.direction == Direction.OUTPUT}
    found = []
    for name, given in (run.config.get("outputs") or {}).items():
        known, wanted = made.get(name), asset_name(given.get("name") or "")
        if known is None:
            waits = bool(wanted) and (not run.is_over or run.status == RunStatus.COMPLETED)
            found.append(ShownOutput(name, given.get("type", ""), wanted, is_waiting=waits))
        else:
            row = known.row
            found.append(ShownOutput(name, given.get("type", ""), row.reference, known.url, row.problem))
    return found
