"""Every algorithm, against scikit-learn or LightGBM called directly, on data that ship with scikit-learn."""

import numpy as np
import polars as pl
import pytest
from lightgbm import LGBMClassifier
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression, PoissonRegressor
from sklearn.preprocessing import StandardScaler

from mlstudio.components import ComponentError, components
from mlstudio.components.core.table import Table
from mlstudio.components.core.values import Untrained
from mlstudio.components.learn.base import BINARY, MULTICLASS, REGRESSION, Learner, grid
from tests.components.helpers import metrics, run, scored, table, trained


def of(bunch, rows=None, names=None) -> Table:
    frame = pl.DataFrame(bunch.data, schema=[str(name) for name in bunch.feature_names])
    target = [names[number] for number in bunch.target] if names is not None else bunch.target
    return Table(frame.with_columns(pl.Series("target", target))[: rows or frame.height])


CANCER = load_breast_cancer()
IRIS = load_iris()
DIABETES = load_diabetes()
BINARY_DATA = of(CANCER, names=CANCER.target_names.tolist())
CLASSES = of(IRIS, names=IRIS.target_names.tolist())
NUMBERS = of(DIABETES)
QUICK = {"trees": 20, "iterations": 20, "seed": 1}
LEARNERS = [component for component in components().values() if isinstance(component, Learner)]


def quick(component: Learner) -> dict:
    names = {parameter.name for parameter in component.parameters}
    return {name: value for name, value in QUICK.items() if name in names}


@pytest.mark.parametrize("learner", [each for each in LEARNERS if each.task == BINARY], ids=lambda each: each.name)
def test_two_class_learners_tell_tumours_apart(learner: Learner):
    model = trained(learner.name, BINARY_DATA, "target", **quick(learner))
    found = scored(model, BINARY_DATA)
    assert metrics(found)["AUC"] > 0.98
    assert model.classes == ("benign", "malignant")
    probability = found.frame["Scored Probabilities"]
    assert probability.is_between(0, 1).all()
    assert (found.frame["Scored Labels"] == "malignant").to_list() == (probability >= 0.5).to_list()


@pytest.mark.parametrize(
    "learner", [each for each in LEARNERS if each.task == MULTICLASS and not each.inputs], ids=lambda each: each.name
)
def test_multiclass_learners_tell_irises_apart(learner: Learner):
    found = scored(trained(learner.name, CLASSES, "target", **quick(learner)), CLASSES)
    assert metrics(found)["Accuracy"] > 0.9
    names = [f"Scored Probabilities_{name}" for name in IRIS.target_names]
    assert found.frame.select(names).sum_horizontal().to_numpy() == pytest.approx(np.ones(150))


@pytest.mark.parametrize("name", ["one_vs_all_multiclass", "one_vs_one_multiclass"])
def test_two_class_learners_make_a_multiclass_one(name: str):
    base = run("two_class_logistic_regression")["untrained"]
    made = run(name, {"learner": base})["untrained"]
    model = run("train_model", {"untrained": made, "dataset": CLASSES}, label="target")["model"]
    assert metrics(scored(model, CLASSES))["Accuracy"] > 0.9
    with pytest.raises(ComponentError, match="is no two-class learner"):
        run(name, {"learner": run("linear_regression")["untrained"]})


@pytest.mark.parametrize(
    "learner",
    [each for each in LEARNERS if each.task == REGRESSION and each.name != "create_python_model"],
    ids=lambda each: each.name,
)
def test_regressions_explain_much_of_diabetes(learner: Learner):
    options = {**quick(learner), "iterations": 60} if learner.name == "neural_network_regression" else quick(learner)
    found = scored(trained(learner.name, NUMBERS, "target", **options), NUMBERS)
    assert metrics(found)["Coefficient_of_Determination"] > 0.35


def test_ordinary_least_squares_is_that_of_scikit_learn():
    model = trained("linear_regression", NUMBERS, "target", l2_weight=0)
    known = LinearRegression().fit(DIABETES.data, DIABETES.target)
    assert list(model.summary()["coefficients"].values()) == pytest.approx(known.coef_)
    assert scored(model, NUMBERS).frame["Scored Labels"].to_numpy() == pytest.approx(known.predict(DIABETES.data))


@pytest.mark.parametrize(("l1", "l2"), [(0, 1), (1, 1), (5, 1)])
def test_logistic_regression_is_that_of_scikit_learn(l1: float, l2: float):
    model = trained("two_class_logistic_regression", BINARY_DATA, "target", l1_weight=l1, l2_weight=l2, tolerance=1e-10)
    rows, target = StandardScaler().fit_transform(CANCER.data), CANCER.target == 0
    weights = np.array(list(model.summary()["coefficients"].values()))

    def cost(w: np.ndarray, b: float) -> float:
        sums = rows @ w + b
        return float((np.logaddexp(0, sums) - target * sums).sum() + l1 * np.abs(w).sum() + l2 / 2 * (w**2).sum())

    options = {"solver": "saga", "l1_ratio": l1 / (l1 + l2), "C": 1 / (l1 + l2)} if l1 else {"C": 1 / l2}
    known = LogisticRegression(max_iter=3000, tol=1e-4 if l1 else 1e-8, **options).fit(rows, target)
    ours, theirs = cost(weights, model.summary()["intercept"]), cost(known.coef_[0], known.intercept_[0])
    assert ours <= theirs * (1 + 1e-5)
    assert weights == pytest.approx(known.coef_[0], abs=0.05)
    if l1 == 5:
        assert (weights == 0).sum() > 10


def test_multiclass_logistic_regression_is_that_of_scikit_learn():
    model = trained("multiclass_logistic_regression", CLASSES, "target", l1_weight=0, tolerance=1e-11)
    rows = StandardScaler().fit_transform(IRIS.data)
    known = LogisticRegression(C=1, tol=1e-8, max_iter=1000).fit(rows, IRIS.target).predict_proba(rows)
    found = (
        scored(model, CLASSES).frame.select([f"Scored Probabilities_{name}" for name in IRIS.target_names]).to_numpy()
    )
    assert found == pytest.approx(known, abs=1e-3)


def test_poisson_regression_is_that_of_scikit_learn():
    model = trained("poisson_regression", NUMBERS, "target", l1_weight=0, l2_weight=1, tolerance=1e-12)
    rows = StandardScaler().fit_transform(DIABETES.data)
    known = PoissonRegressor(alpha=1 / len(rows), tol=1e-9, max_iter=1000).fit(rows, DIABETES.target)
    assert list(model.summary()["coefficients"].values()) == pytest.approx(known.coef_, abs=1e-4)
    negative = NUMBERS.with_columns(NUMBERS.frame.with_columns(target=-NUMBERS.frame["target"]))
    with pytest.raises(ComponentError, match="negative"):
        trained("poisson_regression", negative, "target")


def test_boosted_trees_are_those_of_lightgbm():
    model = trained(
        "two_class_boosted_decision_tree",
        BINARY_DATA,
        "target",
        trees=15,
        leaves=6,
        leaf_samples=7,
        learning_rate=0.3,
        seed=3,
    )
    known = LGBMClassifier(
        verbosity=-1, n_estimators=15, num_leaves=6, min_child_samples=7, learning_rate=0.3, random_state=3
    ).fit(CANCER.data, CANCER.target == 0)
    expected = np.asarray(known.predict_proba(CANCER.data))[:, 1]
    assert scored(model, BINARY_DATA).frame["Scored Probabilities"].to_numpy() == pytest.approx(expected)


def test_parameters_of_a_forest_decide():
    def depth(**parameters):
        model = trained("decision_forest_regression", NUMBERS, "target", **parameters)
        return model.predictor.estimator

    assert len(depth(trees=3).estimators_) == 3
    assert max(tree.get_depth() for tree in depth(depth=4).estimators_) == 4
    replicated = depth(resampling="Replicate Resampling", splits=1000, trees=2, leaf_samples=20)
    assert min(tree.tree_.n_node_samples[tree.tree_.children_left < 0].min() for tree in replicated.estimators_) >= 20
    # With every row and a thousand random splits, the trees hardly differ.
    left, right = (tree.predict(np.tile(DIABETES.data, (1, 100))) for tree in replicated.estimators_)
    assert np.corrcoef(left, right)[0, 1] > 0.8


def test_quantiles_enclose_their_share():
    model = trained("fast_forest_quantile_regression", NUMBERS, "target", quantiles="0.1; 0.5; 0.9", trees=30, seed=1)
    frame = scored(model, NUMBERS).frame
    below = [(frame["target"] < frame[f"Quantile {share}"]).to_numpy().mean() for share in ("0.1", "0.5", "0.9")]
    assert below == pytest.approx([0.1, 0.5, 0.9], abs=0.1)
    assert frame["Scored Labels"].equals(frame["Quantile 0.5"].alias("Scored Labels"))
    assert {"Quantile Loss:0.100", "Average Quantile Loss"} <= set(metrics(scored(model, NUMBERS)))


def test_a_seed_repeats_and_none_does_not():
    def weights(seed):
        return trained("two_class_neural_network", BINARY_DATA, "target", iterations=1, seed=seed).predictor.layers[0][
            0
        ]

    assert np.array_equal(weights(4), weights(4))
    assert not np.array_equal(weights(0), weights(0))


def test_clusters_are_those_that_were_made():
    draw = np.random.default_rng(1)
    truth = draw.integers(0, 3, 90)
    points = draw.normal(0, 0.3, (90, 2)) + np.array([[0, 0], [5, 0], [0, 5]])[truth]
    given = table({"x": points[:, 0], "y": points[:, 1], "name": ["p"] * 90})
    untrained = run("k_means_clustering", centroids=3, seed=2)["untrained"]
    made = run("train_clustering_model", {"untrained": untrained, "dataset": given}, columns=["x", "y"])
    assigned = made["results"].frame["Assignments"].to_numpy()
    assert all(len(set(assigned[truth == kind])) == 1 for kind in range(3))
    again = run("assign_data_to_clusters", {"model": made["model"], "dataset": given}, append=False)["results"].frame
    assert again.columns == ["Assignments", *(f"DistancesToClusterCenter no.{number}" for number in range(3))]
    assert again["Assignments"].to_numpy().tolist() == assigned.tolist()
    figures = run("evaluate_model", {"scored": made["results"]})["results"].frame
    assert figures["Number of Points"].to_list() == [90, *np.bincount(assigned).tolist()]
    assert figures["Average Distance to Other Center"][0] > figures["Average Distance to Cluster Center"][0]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("Ignore label column", ["a", None, "b", None, "b", "a"]),
        ("Fill missing values", ["a", "a", "b", "b", "b", "a"]),
        ("Overwrite from closest to center", ["a", "a", "b", "b", "b", "b"]),
    ],
)
def test_labels_of_clusters(mode, expected):
    given = table({"x": [0.0, 0.1, 10.0, 10.1, 10.0, 10.3], "y": ["a", None, "b", None, "b", "a"]}, label="y")
    untrained = run("k_means_clustering", seed=1, label_mode=mode)["untrained"]
    assert (
        run("train_clustering_model", {"untrained": untrained, "dataset": given})["results"].frame["y"].to_list()
        == expected
    )


def test_strange_rows_score_higher():
    draw = np.random.default_rng(0)
    plane = draw.normal(0, 1, (200, 2)) @ draw.normal(0, 1, (2, 5))
    given = Table(pl.DataFrame(plane + draw.normal(0, 0.05, plane.shape), schema=list("abcde")))
    untrained = run("pca_based_anomaly_detection")["untrained"]
    model = run("train_anomaly_detection_model", {"untrained": untrained, "dataset": given})["model"]
    normal = scored(model, given).frame["Scored Probabilities"]
    strange = scored(model, Table(pl.DataFrame(draw.normal(0, 3, (50, 5)), schema=list("abcde")))).frame
    assert np.quantile(normal, 0.95) < np.median(strange["Scored Probabilities"])
    assert set(strange["Scored Labels"].to_list()) <= {0, 1}
    with pytest.raises(ComponentError, match="5 components are wanted of 5 features"):
        run(
            "train_anomaly_detection_model",
            {"untrained": run("pca_based_anomaly_detection", components=5)["untrained"], "dataset": given},
        )


def test_a_range_gives_every_combination():
    untrained = run(
        "two_class_boosted_decision_tree",
        trainer_mode="ParameterRange",
        leaves_range="4; 8",
        trees_range="5; 10; 20",
        leaf_samples_range="1",
        learning_rate_range="0.1",
    )
    several = grid(untrained["untrained"])
    assert len(several) == 6
    assert all(isinstance(each, Untrained) and each.values["leaves"] in (4, 8) for each in several)


@pytest.mark.parametrize(
    ("algorithm", "data", "code", "says"),
    [
        ("two_class_logistic_regression", {"x": [1, 2], "y": ["a", "a"]}, 23, "“y” has only one value, “a”"),
        ("two_class_logistic_regression", {"x": [1, 2, 3], "y": ["a", "b", "c"]}, 23, "“y” has 3 values"),
        ("linear_regression", {"x": [1, 2], "y": ["a", "b"]}, 17, "“y” holds String"),
        ("linear_regression", {"x": [1, 2], "y": [None, 1]}, 134, "“y”"),
        ("linear_regression", {"x": ["", None], "y": [1, 2], "z": [None, None]}, 80, "“z”"),
        ("linear_regression", {"y": [1, 2]}, 31, "no feature column"),
        (
            "linear_regression",
            {"x": [str(number) for number in range(10_000)], "y": list(range(10_000))},
            14,
            "“x” has 10,000 different values",
        ),
        (
            "multiclass_decision_forest",
            {"x": list(range(1001)), "y": [str(number) for number in range(1001)]},
            14,
            "“y” has 1,001",
        ),
        ("k_means_clustering", {"x": [1, 2], "y": [1, 2]}, 13, "learns without a label"),
        ("linear_regression", {"x": [], "y": []}, 3, "empty"),
    ],
)
def test_data_that_cannot_be_learned_of(algorithm, data, code, says):
    with pytest.raises(ComponentError, match=says) as caught:
        trained(algorithm, table(data), "y")
    assert caught.value.code == code
    assert caught.value.hint


def test_scoring_needs_the_columns_of_training():
    model = trained("linear_regression", table({"x": [1, 2, 3], "t": ["a", "b", "a"], "y": [1, 2, 3]}), "y")
    with pytest.raises(ComponentError, match="The column “t” is not in the dataset"):
        scored(model, table({"x": [1]}))
    with pytest.raises(ComponentError, match="trained with numbers in the column “x”"):
        scored(model, table({"x": ["one"], "t": ["a"]}))
    found = scored(model, table({"t": ["new", None], "x": [None, 2]}))
    assert found.frame["Scored Labels"].is_finite().all()
