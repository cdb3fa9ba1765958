"""Datasets that somebody may choose for a run."""

from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from apps.data.models import Dataset, DatasetVersion
from apps.data.services import find_dataset
from apps.experiments.hooks import DataChoice
from apps.workspaces.models import Workspace

MOST_CHOICES = 30


def data_choices(workspace: Workspace, text: str) -> list[DataChoice]:
    """Return datasets whose names begin with what was typed, or the versions of the one that is named. Fills the hook."""
    text = text.strip().removeprefix("azureml:").replace("\0", "")
    if "/" in text:
        return []  # another kind of path
    name, separator, _rest = text.replace("@", ":").partition(":")
    if separator:
        dataset = find_dataset(workspace, name)
        return _versions(dataset) if dataset else []
    rows = Dataset.objects.filter(workspace=workspace, archived_at=None).exclude(latest=None)
    if name:
        # Names are letters, digits, dots, hyphens and underscores, of which "~" comes after all: a range of the index.
        lowered = name.lower()
        rows = rows.alias(lower_name=Lower("name")).filter(lower_name__gte=lowered, lower_name__lt=f"{lowered}~")
        rows = rows.order_by("lower_name")
    else:
        rows = rows.order_by("-latest_at", "id")
    found = rows.values_list("name", "latest__number")[:MOST_CHOICES]
    return [
        DataChoice(f"azureml:{name}:{number}", _("%(name)s, version %(number)d") % {"name": name, "number": number})
        for name, number in found
    ]


def _versions(dataset: Dataset) -> list[DataChoice]:
    rows = DatasetVersion.objects.filter(dataset=dataset).order_by("-number").values_list("number", flat=True)
    latest = DataChoice(f"azureml:{dataset.name}@latest", _("the latest when it is submitted"))
    numbers = [
        DataChoice(f"azureml:{dataset.name}:{number}", _("version %(number)d") % {"number": number})
        for number in rows[:MOST_CHOICES]
    ]
    return [latest, *numbers]
