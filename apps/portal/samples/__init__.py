"""Jobs that come with the studio: to run with one click, to read, and to copy from.

Each is a folder here, laid out as a user's own would be: ``job.yml`` as Azure ML v2 writes it, ``code/train.py``, ``README.md``.
They are read from disk whenever they are asked for, and never copied into the database.
"""

import io
import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import yaml
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SCRIPT_NAME = "train.py"


@dataclass(frozen=True)
class Sample:
    """One of them. ``takes``: how long, in words, once its environment is ready."""

    name: str
    title: str | Promise
    shows: str | Promise
    takes: str | Promise
    icon: str

    @property
    def folder(self) -> Path:
        """Where it is."""
        return Path(__file__).parent / self.name

    @property
    def job_file(self) -> str:
        """The text of its job file."""
        return (self.folder / "job.yml").read_text(encoding="utf-8")

    @property
    def script(self) -> str:
        """The text of its program."""
        return (self.folder / "code" / SCRIPT_NAME).read_text(encoding="utf-8")

    @property
    def about(self) -> str:
        """What its README says below the title, in Markdown: what to look at, whose data it is."""
        return (self.folder / "README.md").read_text(encoding="utf-8").partition("\n")[2].strip()

    @cached_property
    def experiment_name(self) -> str:
        """The experiment that its runs belong to."""
        job: dict[str, Any] = yaml.safe_load(self.job_file)
        return str(job["experiment_name"])

    def pack(self) -> BinaryIO:
        """Return its code as a zip, open for reading."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(SCRIPT_NAME, self.script)
        packed.seek(0)
        return packed


SAMPLES: tuple[Sample, ...] = (
    Sample(
        "gradient-boosting",
        _("Gradient boosting"),
        _("Learning curves with one point for each tree, and where to stop adding trees."),
        _("under 10 seconds"),
        "chart",
    ),
    Sample(
        "digits-network",
        _("Handwritten digits"),
        _("A neural network to watch while it learns, with pictures of what it still gets wrong."),
        _("about a minute"),
        "metrics",
    ),
    Sample(
        "compare-models",
        _("Compare models"),
        _("Six models, each in a child run of its own; the best is kept."),
        _("under 10 seconds"),
        "compare",
    ),
    Sample(
        "text-classifier",
        _("Text classifier"),
        _("From ten thousand sentences to a model that sorts yours."),
        _("under 10 seconds"),
        "label",
    ),
)


def find(name: str) -> Sample | None:
    """Return the sample of this name."""
    return next((sample for sample in SAMPLES if sample.name == name), None)
