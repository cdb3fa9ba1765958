"""Pipelines that come with the studio: to open, to run, and to go on from. Whose data they use, ``data/README.md`` says."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.data.services.providing import provide_dataset
from apps.designer.document import DATA, Document
from apps.designer.samples import drawings
from apps.workspaces.models import Workspace

FOLDER: Final = Path(__file__).parent / "data"


@dataclass(frozen=True)
class SampleData:
    """A dataset of samples: a file in ``data``. ``source``: whose it is, and its licence."""

    name: str
    source: str | Promise

    @property
    def path(self) -> Path:
        """Its file."""
        return FOLDER / f"{self.name}.csv"


@dataclass(frozen=True)
class Sample:
    """One pipeline. ``shows``: what there is to learn from it."""

    name: str
    title: str | Promise
    shows: str | Promise
    draw: Callable[[], Document]
    data: SampleData


AUTOMOBILE: Final = SampleData(
    "automobile", _("Automobile, J. Schlimmer, UCI Machine Learning Repository, 1987. CC BY 4.0.")
)
CANCER: Final = SampleData(
    "breast-cancer",
    _("Breast Cancer Wisconsin (Diagnostic), W. Wolberg and others, UCI Machine Learning Repository, 1993. CC BY 4.0."),
)
DIGITS: Final = SampleData(
    "digits",
    _(
        "Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak, UCI Machine Learning Repository, 1998. CC BY 4.0."
    ),
)
WINE: Final = SampleData(
    "wine", _("Wine, S. Aeberhard and M. Forina, UCI Machine Learning Repository, 1992. CC BY 4.0.")
)
SENTENCES: Final = SampleData(
    "sentences", _("Sentences from the documentation inside NumPy, pandas and scikit-learn. BSD 3-Clause.")
)
RATINGS: Final = SampleData(
    "ratings-synthetic", _("Synthetic: ratings made up of random tastes and noise. No such people or films.")
)

_ALL: Final = (
    Sample(
        "automobile-price-basic",
        _("Automobile price: basic"),
        _("Cleans a table, trains a linear regression on most of it, and measures it on the rest."),
        drawings.automobile_basic,
        AUTOMOBILE,
    ),
    Sample(
        "automobile-price-compared",
        _("Automobile price: two algorithms"),
        _("Trains a linear regression and boosted trees on the same cars, and shows their errors side by side."),
        drawings.automobile_compared,
        AUTOMOBILE,
    ),
    Sample(
        "diagnosis-tuned",
        _("Diagnosis: feature selection and tuning"),
        _(
            "Keeps the ten measurements that say most, and finds the best settings of a classifier by trying all of them."
        ),
        drawings.cancer_tuned,
        CANCER,
    ),
    Sample(
        "digits-balanced",
        _("Rare digits: SMOTE"),
        _("Only one digit in ten is an eight. Made-up examples between real ones let a classifier find more of them."),
        drawings.digits_balanced,
        DIGITS,
    ),
    Sample(
        "sentences-classified",
        _("Text classification"),
        _("Turns sentences into words and their weights, and learns which library each is about."),
        drawings.sentences_classified,
        SENTENCES,
    ),
    Sample(
        "wine-clustered",
        _("Wine: clustering"),
        _("Finds three groups of wines by K-means, without being told who grew them."),
        drawings.wine_clustered,
        WINE,
    ),
    Sample(
        "digits-anomalies",
        _("Digits: anomaly detection"),
        _("Learns how zeros are written, and marks the digits that look otherwise."),
        drawings.digits_anomalies,
        DIGITS,
    ),
    Sample(
        "films-recommended",
        _("Films: recommendation"),
        _("Predicts ratings from those that people gave to other films."),
        drawings.films_recommended,
        RATINGS,
    ),
    Sample(
        "wine-cross-validated",
        _("Wine: cross-validation"),
        _("Measures a classifier on ten folds, with mean and standard deviation."),
        drawings.wine_validated,
        WINE,
    ),
    Sample(
        "automobile-price-script",
        _("Automobile price: custom Python"),
        _("Computes two more features in a Python script, in the middle of a pipeline."),
        drawings.automobile_scripted,
        AUTOMOBILE,
    ),
)
SAMPLES: Final = {sample.name: sample for sample in _ALL}


def ensure_sample_data(workspace: Workspace, actor: User, sample: Sample) -> Document:
    """Register the dataset of a sample where the workspace has it not yet, and return the sample's document with it.

    Raises:
        UserError: the actor may not register data here.
    """
    version = provide_dataset(
        actor=actor,
        workspace=workspace,
        name=sample.data.name,
        files={sample.data.path.name: sample.data.path.read_bytes()},
        description=str(sample.data.source),
    )
    return with_data(sample.draw(), f"azureml:{version.reference}")


def with_data(document: Document, path: str) -> Document:
    """Return the document of a sample with its data at a path."""
    nodes = {
        key: {**node, "component": f"{DATA}{path}"} if node["component"].startswith(DATA) else node
        for key, node in document["nodes"].items()
    }
    return {**document, "nodes": nodes}
