"""Learners made of decision trees."""

from __future__ import annotations

from typing import Any

from mlstudio.components.core.declaring import CLASSIFICATION, choice, integer, number, numbers
from mlstudio.components.core.declaring import REGRESSION as REGRESSION_CATEGORY
from mlstudio.components.core.libraries import learn, lightgbm, np
from mlstudio.components.core.randomness import generator
from mlstudio.components.core.values import Untrained
from mlstudio.components.learn.base import BINARY, MODE, MULTICLASS, REGRESSION, Learner, seed, tunable, value, whole
from mlstudio.components.learn.predictors import Fitted, Predictor

CELLS_FOR_THREADS = 500_000
BOOSTED = (
    MODE,
    *tunable(integer("leaves", "Maximum number of leaves per tree", 20, 2, 131_072), "2; 8; 32; 128"),
    *tunable(
        integer("leaf_samples", "Minimum number of training instances required to form a leaf", 10, 1), "1; 10; 50"
    ),
    *tunable(number("learning_rate", "Learning rate", 0.2, 1e-9, 1), "0.025; 0.05; 0.1; 0.2; 0.4"),
    *tunable(integer("trees", "Total number of trees constructed", 100, 1, 100_000), "20; 100; 500"),
    seed(),
)


def _boosted(kind: str, rows: np.ndarray, target: np.ndarray, untrained: Untrained, **more: Any) -> Fitted:
    model = getattr(lightgbm, kind)(**_settings(untrained), **_threads(rows), **more).fit(rows, target)
    gain = model.booster_.feature_importance("gain")
    return Fitted(model, facts={"importance": gain / (gain.sum() or 1.0)})


def _threads(rows: np.ndarray) -> dict[str, Any]:
    """Waiting for each other, threads take longer than one over little data, and far longer where the cores are busy."""
    return {"n_jobs": 1 if rows.size < CELLS_FOR_THREADS else -1}


def _settings(untrained: Untrained) -> dict[str, Any]:
    return {
        "num_leaves": whole(untrained, "leaves"),
        "min_child_samples": whole(untrained, "leaf_samples"),
        "learning_rate": value(untrained, "learning_rate"),
        "n_estimators": whole(untrained, "trees"),
        "random_state": _drawn(untrained),
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }


def _drawn(untrained: Untrained) -> int:
    """A library that takes no seed for a fixed one gets one from the clock."""
    return int(value(untrained, "seed") or generator(None).integers(1, 2**31 - 1))


class BoostedDecisionTreeRegression(Learner):
    """Trees that each correct those before."""

    name = "boosted_decision_tree_regression"
    title = "Boosted Decision Tree Regression"
    category = REGRESSION_CATEGORY
    task = REGRESSION
    help = "Adds up many small trees, each of which corrects those before (LightGBM)."
    parameters = BOOSTED

    def fit(self, rows: np.ndarray, target: np.ndarray, untrained: Untrained) -> Predictor:
        """Boost."""
        return _boosted("LGBMRegressor", rows, target, untrained)


class TwoClassBoostedDecisionTree(Learner):
    """Trees that each correct those before."""

    name = "two_class_boosted_decision_tree"
    title = "Two-Class Boosted Decision Tree"
    category = CLASSIFICATION
    task = BINARY
    help = BoostedDecisionTreeRegression.help
    parameters = BOOSTED

    def fit(self, rows: np.ndarray, target: np.ndarray, untrained: Untrained) -> Predictor:
        """Boost."""
        return _boosted("LGBMClassifier", rows, target, untrained, objective="binary")


class MulticlassBoostedDecisionTree(Learner):
    """Trees that each correct those before, for each class."""

    name = "multiclass_boosted_decision_tree"
    title = "Multiclass Boosted Decision Tree"
    category = CLASSIFICATION
    task = MULTICLASS
    help = BoostedDecisionTreeRegression.help
    parameters = BOOSTED

    def fit(self, rows: np.ndarray, target: np.ndarray, untrained: Untrained) -> Predictor:
        """Boost."""
        return _boosted(
            "LGBMClassifier", rows, target, untrained, objective="multiclass", num_class=int(target.max()) + 1
        )


FOREST = (
    MODE,
    choice(
        "resampling",
        "Resampling method",
        ("Bagging Resampling", "Replicate Resampling"),
        help="Bagging: each tree sees its own draw of the rows. Replicate: each sees all.",
    ),
    *tunable(integer("trees", "Number of decision trees", 8, 1, 10_000), "1; 8; 32"),
    *tunable(integer("depth", "Maximum depth of the decision trees", 32, 1), "1; 16; 64"),
    *tunable(integer("splits", "Number of random splits per node", 128, 1), "1; 128; 1024"),
    *tunable(integer("leaf_samples", "Minimum number of samples per leaf node", 1, 1), "1; 4; 16"),
)


class Copies:
    """Repeats the columns, so that trees that draw one threshold for each column draw as many as are wanted."""

    def __init__(self, times: int) -> None:
        self.times = times

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        return np.tile(rows, (1, self.times)).astype(np.float32)


def _forest(kind: str, rows: np.ndarray, target: np.ndarray, untrained: Untrained) -> Fitted:
    width, splits = rows.shape[1], whole(untrained, "splits")
    prepare = Copies(-(-splits // width))
    model = getattr(learn("ensemble"), kind)(
        n_estimators=whole(untrained, "trees"),
        max_depth=whole(untrained, "depth"),
        max_features=splits,
        min_samples_leaf=whole(untrained, "leaf_samples"),
        bootstrap=value(untrained, "resampling") == "Bagging Resampling",
        random_state=0,
    ).fit(prepare(rows), target)
    return Fitted(model, prepare, {"importance": model.feature_importances_.reshape(prepare.times, width).sum(axis=0)})


class DecisionForestRegression(Learner):
    """Independent random trees."""

    name = "decision_forest_regression"
    title = "Decision Forest Regression"
    category = REGRESSION_CATEGORY
    task = REGRESSION
    help = "Takes the mean of trees, each of which chooses the best of some random splits at every node."
    parameters = FOREST

    def fit(self, rows: np.ndarray, target: np.ndarray, untrained: Untrained) -> Predictor:
        """Grow the trees."""
        return _forest("ExtraTreesRegressor", rows, target, untrained)


class TwoClassDecisionForest(Learner):
    """Independent random trees."""

    name = "two_class_decision_forest"
    title = "Two-Class Decision Forest"
    category = CLASSIFICATION
    task = BINARY
    help = DecisionForestRegression.help
    parameters = FOREST

    def fit(self, rows: np.ndarray, target: np.ndarray, untrained: Untrained) -> Predictor:
        """Grow the trees."""
        return _forest("ExtraTreesClassifier", rows, target, untrained)


class MulticlassDecisionForest(Learner):
    """Independent random trees."""

    name = "multiclass_decision_forest"
    title = "Multiclass Decision Forest"
    category = CLASSIFICATION
    task = MULTICLASS
    help = DecisionForestRegression.help
    parameters = FOREST

    def fit(self, rows: np.ndarray, target: np.ndarray, untrained: Untrained) -> Predictor:
        """Grow the trees."""
        return _forest("ExtraTreesClassifier", rows, target, untrained)


class FastForestQuantileRegression(Learner):
    """The quantiles of what is to be expected."""

    name = "fast_forest_quantile_regression"
    title = "Fast Forest Quantile Regression"
    category = REGRESSION_CATEGORY
    task = REGRESSION
    help = "Predicts quantiles of the label, such as its median and the values it is below and above half of the time."
    parameters = (
        MODE,
        *tunable(integer("trees", "Number of trees", 100, 1), "16; 32; 64"),
        *tunable(integer("leaves", "Number of leaves", 20, 2), "16; 32; 64"),
        *tunable(
            integer("leaf_samples", "Minimum number of training instances required to form a leaf", 10, 1), "1; 5; 10"
        ),
        *tunable(number("bagging", "Bagging fraction", 0.7, 0.01, 0.99), "0.25; 0.5; 0.75"),
        *tunable(number("split", "Split fraction", 0.7, 0.01, 1), "0.25; 0.5; 0.75"),
        numbers("quantiles", "Quantiles to be estimated", "0.25; 0.5; 0.75", minimum=0.001, maximum=0.999),
        seed(),
    )

    def fit(self, rows: np.ndarray, target: np.ndarray, untrained: Untrained) -> Predictor:
        """Grow one forest for each quantile."""
        quantiles = sorted(set(value(untrained, "quantiles")))
        models = [
            lightgbm.LGBMRegressor(
                boosting_type="rf",
                objective="quantile",
                alpha=quantile,
                n_estimators=whole(untrained, "trees"),
                num_leaves=whole(untrained, "leaves"),
                min_child_samples=whole(untrained, "leaf_samples"),
                subsample=value(untrained, "bagging"),
                subsample_freq=1,
                feature_fraction_bynode=value(untrained, "split"),
                random_state=_drawn(untrained),
                deterministic=True,
                force_row_wise=True,
                verbosity=-1,
                **_threads(rows),
            ).fit(rows, target)
            for quantile in quantiles
        ]
        return Quantiles(quantiles, models)


class Quantiles:
    """One forest for each quantile."""

    def __init__(self, quantiles: list[float], models: list[Any]) -> None:
        self.quantiles, self.models = quantiles, models

    def all(self, rows: np.ndarray) -> np.ndarray:
        """Return every quantile, ascending in each row: shape (n_rows, n_quantiles)."""
        return np.sort(np.column_stack([model.predict(rows) for model in self.models]), axis=1)

    def predict(self, rows: np.ndarray) -> np.ndarray:
        """Return the quantile nearest to the median."""
        return self.all(rows)[:, int(np.argmin(np.abs(np.array(self.quantiles) - 0.5)))]

    def proba(self, rows: np.ndarray) -> np.ndarray:
        """There is none of a regression."""
        raise NotImplementedError

    def facts(self, names: list[str]) -> dict[str, Any]:
        """Return the importance, over all quantiles."""
        gain = sum(model.booster_.feature_importance("gain") for model in self.models)
        return {"importance": dict(zip(names, (gain / (gain.sum() or 1.0)).tolist())), "quantiles": self.quantiles}
