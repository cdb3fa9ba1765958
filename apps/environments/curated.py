"""The environments that come with the studio. No Django models, no I/O."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MINIMAL, SKLEARN, DESIGNER = "minimal", "sklearn", "designer"


@dataclass(frozen=True)
class Curated:
    """One of them; a change of ``requirements`` becomes the next version of it in every workspace that has it.

    ``on_demand``: a workspace gets it once something names it, since most never need it and it takes a while to build.
    """

    name: str
    description: str | Promise
    requirements: tuple[str, ...]
    on_demand: bool = False


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
            "joblib>=1.4,<2",
            "matplotlib>=3.9,<4",
            "mlflow-skinny>=3.1,<4",
            "numpy>=2,<3",
            "pandas>=2.2,<4",
            "scikit-learn>=1.5,<2",
            # What mlflow.sklearn.log_model() writes models with; MLflow alone does not bring it.
            "skops>=0.13,<1",
        ),
    ),
    Curated(
        DESIGNER,
        _("What the components of the designer calculate with: polars, scikit-learn, LightGBM, pandas and pillow."),
        (
            "joblib>=1.4,<2",
            "lightgbm>=4.5,<5",
            "numpy>=2,<3",
            "pandas>=2.2,<4",
            "pillow>=11,<13",
            "polars>=1.20,<2",
            "pyarrow>=18",
            "scikit-learn>=1.6,<2",
            "scipy>=1.13,<2",
        ),
        on_demand=True,
    ),
)
