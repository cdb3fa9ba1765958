"""The environments that come with the studio. No Django models, no I/O."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MINIMAL, SKLEARN = "minimal", "sklearn"


@dataclass(frozen=True)
class Curated:
    """One of them; a change of ``requirements`` becomes the next version of it in every workspace."""

    name: str
    description: str | Promise
    requirements: tuple[str, ...]


# In the one spelling of requirements.py. Upper ends keep a new major version from breaking scripts that ran.
CURATED: tuple[Curated, ...] = (
    Curated(
        MINIMAL,
        _("Python and nothing else: built in a moment, for scripts that need only the standard library."),
        (),
    ),
    Curated(
        SKLEARN,
        _("scikit-learn with pandas, NumPy, Matplotlib and joblib, and the MLflow client."),
        (
            "joblib<2,>=1.4",
            "matplotlib<4,>=3.9",
            "mlflow-skinny<4,>=3.1",
            "numpy<3,>=2",
            "pandas<4,>=2.2",
            "scikit-learn<2,>=1.5",
        ),
    ),
)
