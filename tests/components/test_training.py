"""Evaluation, cross-validation, tuning and importance, against scikit-learn."""

import numpy as np
import polars as pl
import pytest
from sklearn import metrics as known
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from mlstudio.components import Column, ComponentError
from mlstudio.components.core.table import Table
from mlstudio.components.train.metrics import auc, binary_curves
from tests.components.helpers import metrics, one, run, scored, table, trained

CANCER = load_breast_cancer()
DATA = Table(
    pl.DataFrame(CANCER.data[:, :8], schema=[str(name) for name in CANCER.feature_names[:8]]).with_columns(
        pl.Series("target", CANCER.target)
    )
)
MODEL = trained("two_class_logistic_regression", DATA, "target", l1_weight=0)
SCORED = scored(MODEL, DATA)
PROBABILITY = SCORED.frame["Scored Probabilities"].to_numpy()


def test_figures_of_two_classes():
    said = PROBABILITY >= 0.5
    assert metrics(SCORED) == pytest.approx(
        {
            "Accuracy": known.accuracy_score(CANCER.target, said),
            "Precision": known.precision_score(CANCER.target, said),
            "Recall": known.recall_score(CANCER.target, said),
            "F1 Score": known.f1_score(CANCER.target, said),
            "AUC": known.roc_auc_score(CANCER.target, PROBABILITY),
            "Average Log Loss": known.log_loss(CANCER.target, PROBABILITY),
        }
    )


def test_curves_and_counts_at_thresholds():
    truth = CANCER.target == 1
    found = binary_curves(truth, np.round(PROBABILITY, 2))
    rates = known.roc_curve(truth, np.round(PROBABILITY, 2), drop_intermediate=False)
    assert np.array(found["roc"]) == pytest.approx(np.column_stack(rates[:2]))
    area = known.auc(*np.array(found["roc"]).T)
    assert area == pytest.approx(auc(truth, np.round(PROBABILITY, 2)))
    assert found["lift"][-1] == [1.0, 1.0]
    for threshold, *counts in zip(
        found["thresholds"],
        found["true_negative"],
        found["false_positive"],
        found["false_negative"],
        found["true_positive"],
        strict=True,
    ):
        assert counts == known.confusion_matrix(truth, np.round(PROBABILITY, 2) >= threshold).ravel().tolist()


def test_figures_of_several_classes():
    truth, said = ["a", "b", "c", "a", "c"], ["a", "c", "c", "b", "c"]
    facts = {"y": Column("y", "", role="label"), "s": Column("s", "", role="score", score="multi_label")}
    found = run("evaluate_model", {"scored": Table(pl.DataFrame({"y": truth, "s": said}), facts)})["results"]
    row = found.frame.row(0, named=True)
    assert row["Accuracy"] == 0.6
    assert row["F1 Score"] == pytest.approx(known.f1_score(truth, said, average="macro"))
    assert found.evaluation["models"][0]["confusion"] == known.confusion_matrix(truth, said).tolist()


def test_figures_of_numbers_by_the_names_of_columns():
    truth, said = np.array([1.0, 2, 4, 8]), np.array([1.5, 2, 3, 9])
    row = metrics(table({"Labels": truth, "Regression Scored Labels": said}))
    assert row["Mean_Absolute_Error"] == known.mean_absolute_error(truth, said)
    assert row["Root_Mean_Squared_Error"] == pytest.approx(known.root_mean_squared_error(truth, said))
    assert row["Coefficient_of_Determination"] == pytest.approx(known.r2_score(truth, said))
    assert row["Relative_Absolute_Error"] == pytest.approx(
        np.abs(truth - said).sum() / np.abs(truth - truth.mean()).sum()
    )


def test_two_models_side_by_side():
    other = scored(trained("two_class_decision_forest", DATA, "target", trees=2), DATA)
    found = run("evaluate_model", {"scored": SCORED, "scored_to_compare": other})["results"]
    assert found.frame["Model"].to_list() == ["Scored dataset", "Scored dataset to compare"]
    assert [len(model["thresholds"]) for model in found.evaluation["models"]] == [101, 101]
    numbers = table({"Labels": [1.0, 2.0], "Regression Scored Labels": [1.0, 2.0]})
    with pytest.raises(ComponentError, match="different kinds of models") as caught:
        run("evaluate_model", {"scored": SCORED, "scored_to_compare": numbers})
    assert caught.value.code == 62


@pytest.mark.parametrize(("data", "code"), [({"x": [1]}, 25), ({"Regression Scored Labels": [1.0]}, 24)])
def test_what_cannot_be_evaluated(data, code):
    with pytest.raises(ComponentError) as caught:
        metrics(table(data))
    assert caught.value.code == code


def test_cross_validation_uses_folds_and_is_that_of_scikit_learn():
    folded = one("partition_and_sample", DATA, mode="Assign to Folds", folds=4, seed=1)
    untrained = run("two_class_logistic_regression", l1_weight=0, tolerance=1e-9)["untrained"]
    made = run("cross_validate_model", {"untrained": untrained, "dataset": folded}, label="target", seed=1)
    rows = made["evaluation"].frame
    assert rows["Fold Number"].to_list() == ["1", "2", "3", "4", "Mean", "Standard Deviation"]
    assert folded.folds is not None
    folds, accuracy = folded.folds.to_numpy(), []
    for fold in range(1, 5):
        scale = StandardScaler().fit(CANCER.data[folds != fold, :8])
        model = LogisticRegression(tol=1e-9, max_iter=1000).fit(
            scale.transform(CANCER.data[folds != fold, :8]), CANCER.target[folds != fold]
        )
        accuracy.append(model.score(scale.transform(CANCER.data[folds == fold, :8]), CANCER.target[folds == fold]))
    assert rows["Accuracy"].to_list() == pytest.approx(
        [*accuracy, np.mean(accuracy), np.std(accuracy, ddof=1)], abs=1e-6
    )
    assert made["scored"].height == len(CANCER.target)
    assert made["scored"].frame["Fold Number"].to_list() == sorted(folds)


def test_without_folds_there_are_ten_with_as_equal_classes_as_can_be():
    untrained = run("two_class_averaged_perceptron", seed=1)["untrained"]
    made = run("cross_validate_model", {"untrained": untrained, "dataset": DATA}, label="target", seed=1)[
        "scored"
    ].frame
    shares = made.group_by("Fold Number").agg(pl.col("target").mean())["target"]
    assert shares.len() == 10
    assert shares.max() - shares.min() < 0.02


def test_tuning_finds_the_best_of_the_grid():
    untrained = run(
        "two_class_decision_forest",
        trainer_mode="ParameterRange",
        trees_range="1; 6",
        depth_range="1; 12",
        splits_range="8",
        leaf_samples_range="1",
    )
    inputs = {
        "untrained": untrained["untrained"],
        "dataset": DATA.take(range(300)),
        "validation": DATA.take(range(300, 569)),
    }
    made = run("tune_model_hyperparameters", inputs, mode="Entire grid", label="target", classification_metric="AUC")
    sweep = made["results"].frame
    assert sweep.height == 4
    assert sweep["AUC"].to_list() == sorted(sweep["AUC"], reverse=True)
    best = sweep.row(0, named=True)
    assert made["model"].summary()["parameters"]["Number of decision trees"] == best["Number of decision trees"]
    assert metrics(scored(made["model"], inputs["validation"]))["AUC"] == pytest.approx(best["AUC"])
    few = run("tune_model_hyperparameters", {**inputs}, runs=2, seed=1, label="target")["results"]
    assert few.height == 2


def test_tuning_without_validation_data_uses_folds():
    untrained = run(
        "linear_regression",
        solution_method="Online Gradient Descent",
        trainer_mode="ParameterRange",
        learning_rate_range="0.0001; 0.1",
        epochs_range="10",
        seed=1,
    )
    made = run(
        "tune_model_hyperparameters",
        {"untrained": untrained["untrained"], "dataset": DATA},
        label="mean radius",
        seed=1,
    )
    assert made["results"].frame["Learning rate"][0] == 0.1


def test_importance_is_what_the_model_relies_on():
    draw = np.random.default_rng(0)
    given = table({"much": draw.normal(0, 1, 200), "little": draw.normal(0, 1, 200), "none": draw.normal(0, 1, 200)})
    given = given.with_columns(given.frame.with_columns(y=3 * pl.col("much") + 0.5 * pl.col("little")))
    untrained = run("linear_regression", l2_weight=0)["untrained"]
    model = run("train_model", {"untrained": untrained, "dataset": given}, label="y", explain=True)["model"]
    inputs = {"model": model, "dataset": given}
    found = run("permutation_feature_importance", inputs, seed=1, metric="Regression - Root Mean Squared Error")[
        "importance"
    ].frame
    assert found["Feature"].to_list() == ["much", "little", "none"]
    # Two independent draws of a column lie 2 variances apart.
    assert found["Score"].to_list() == pytest.approx([3 * 2**0.5, 0.5 * 2**0.5, 0], rel=0.15, abs=1e-6)
    assert list(model.summary()["explanation"]) == ["much", "little", "none"]
    with pytest.raises(ComponentError, match="is not for it"):
        run("permutation_feature_importance", inputs, metric="Classification - Accuracy")
