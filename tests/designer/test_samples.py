"""What the samples compute is what scikit-learn, LightGBM and numpy compute on the same rows."""

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, mean_absolute_error, r2_score, recall_score, roc_auc_score

from apps.data.models import Dataset
from apps.designer.document import check_document, document_to_graph
from apps.designer.samples import SAMPLES, Sample, ensure_sample_data, with_data
from apps.pipelines.graph.check import check
from apps.pipelines.graph.order import topological
from apps.pipelines.graph.types import FromData, FromNode, Value
from apps.pipelines.graph.values import resolve_inputs
from mlstudio.components import get
from mlstudio.components.core.checking import checked
from mlstudio.components.data.files import read_files

Outputs = dict[str, dict[str, Any]]


def carried_out(name: str) -> Outputs:
    """Carry out a sample in this process; return what each node left."""
    sample = SAMPLES[name]
    graph = document_to_graph(with_data(sample.draw(), "azureml:it:1"), lambda reference: None)
    left: Outputs = {}
    for key in topological(graph):
        component = get(graph.components[graph.nodes[key].component].name)
        inputs, values = {}, {}
        for port, binding in resolve_inputs(graph, key, {}).items():
            if isinstance(binding, Value):
                values[port] = binding.value
            elif isinstance(binding, FromNode):
                inputs[port] = left[binding.node][binding.output]
            else:
                assert isinstance(binding, FromData)
                inputs[port] = read_files(sample.data.path)
        left[key] = component.run(inputs, checked(component, values))
    return left


def parts(left: Outputs, label: str) -> tuple[pd.DataFrame, pd.Series, pd.DataFrame, pd.Series]:
    """Return features and labels of both sides of the split, texts as columns of zeros and ones."""
    sides = [left["split_data"][side].frame.to_pandas() for side in ("left", "right")]
    features = pd.get_dummies(pd.concat(sides).drop(columns=label), dtype=float)
    count = len(sides[0])
    return features[:count], sides[0][label], features[count:], sides[1][label]


def evaluated(left: Outputs, row: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = left["evaluate_model"]["results"].frame.row(row, named=True)
    return found


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
def test_samples_can_be_drawn_and_submitted(sample: Sample) -> None:
    document = with_data(sample.draw(), "azureml:it:1")
    assert check_document(document) == []
    assert check(document_to_graph(document, lambda reference: None), {}) == []
    assert all(node["position"] for node in document["nodes"].values())
    assert sample.title
    assert sample.shows
    assert sample.data.source


@pytest.mark.servers
@pytest.mark.parametrize("name", ["automobile-price-basic", "automobile-price-script"])
def test_prices_of_cars(name: str) -> None:
    left = carried_out(name)
    train, prices, test, wanted = parts(left, "price")
    # As a script does it: rows without gaps, as many as the raw table has.
    raw = pd.read_csv(SAMPLES[name].data.path, na_values="?").drop(columns="normalized-losses").dropna()
    assert len(train) + len(test) == len(raw)
    predicted = Ridge(alpha=0.001).fit(train, prices).predict(test)
    assert evaluated(left)["Coefficient_of_Determination"] == pytest.approx(r2_score(wanted, predicted), abs=0.02)
    assert evaluated(left)["Mean_Absolute_Error"] == pytest.approx(mean_absolute_error(wanted, predicted), rel=0.02)
    assert ("area" in train) == (name == "automobile-price-script")


@pytest.mark.servers
def test_two_algorithms_are_compared() -> None:
    left = carried_out("automobile-price-compared")
    linear, trees = evaluated(left, 0), evaluated(left, 1)
    scores = left["score_model_trees"]["scored"].frame
    assert trees["Mean_Absolute_Error"] == pytest.approx((scores["price"] - scores["Scored Labels"]).abs().mean())
    assert trees["Mean_Absolute_Error"] < linear["Mean_Absolute_Error"]


@pytest.mark.servers
def test_a_diagnosis_from_the_best_features() -> None:
    left = carried_out("diagnosis-tuned")
    train, answers, test, wanted = parts(left, "diagnosis")
    assert train.shape[1] == 10
    scale = lambda frame: (frame - train.min()) / (train.max() - train.min())  # noqa: E731
    model = LogisticRegression(C=1.0, max_iter=5000).fit(scale(train), answers)
    expected = roc_auc_score(wanted == model.classes_[1], model.predict_proba(scale(test))[:, 1])
    assert evaluated(left)["AUC"] == pytest.approx(expected, abs=0.01)
    assert len(left["tune_model_hyperparameters"]["results"].frame) == 4


@pytest.mark.servers
def test_more_examples_of_what_is_rare() -> None:
    left = carried_out("digits-balanced")
    eights = left["split_data"]["left"].frame["eight"].sum()
    assert left["smote"]["table"].frame["eight"].sum() == 5 * eights
    for row, ending in enumerate(("_plain", "_balanced")):
        scores = left[f"score_model{ending}"]["scored"].frame
        expected = recall_score(scores["eight"], scores["Scored Labels"])
        assert evaluated(left, row)["Recall"] == pytest.approx(expected)
    assert evaluated(left, 1)["Recall"] > evaluated(left, 0)["Recall"]


@pytest.mark.servers
def test_sentences_are_classified() -> None:
    left = carried_out("sentences-classified")
    train, answers, test, wanted = parts(left, "library")
    model = LogisticRegression(C=1.0, max_iter=5000).fit(train, answers)
    assert evaluated(left)["Accuracy"] == pytest.approx(accuracy_score(wanted, model.predict(test)), abs=0.08)
    assert evaluated(left)["Accuracy"] > 0.55


def test_wines_are_clustered() -> None:
    left = carried_out("wine-clustered")
    scaled = left["normalize_data"]["transformed"].frame.to_numpy()
    assert np.allclose(scaled.std(axis=0), 1)
    expected = KMeans(3, n_init=10, random_state=0).fit(scaled)
    combined = evaluated(left)
    distances = np.linalg.norm(scaled - expected.cluster_centers_[expected.labels_], axis=1)
    assert combined["Average Distance to Cluster Center"] == pytest.approx(distances.mean(), rel=0.01)
    groups = left["train_clustering_model"]["results"].frame["Assignments"]
    assert sorted(groups.value_counts()["count"]) == pytest.approx(sorted(np.bincount(expected.labels_)), abs=3)


def test_digits_that_are_no_zeros_are_found() -> None:
    left = carried_out("digits-anomalies")
    scores = left["score_model"]["scored"].frame
    zeros = left["select_columns_in_dataset"]["results"].frame
    # The main directions of zeros, by numpy: the share of a digit that lies outside of them is unusual.
    middle, width = zeros.to_numpy().mean(axis=0), np.maximum(zeros.to_numpy().std(axis=0), 1e-9)
    width[width <= 1e-9] = 1
    axes = np.linalg.svd((zeros.to_numpy() - middle) / width, full_matrices=False)[2][:10]
    digits = (scores.select(zeros.columns).to_numpy() - middle) / width
    share = np.linalg.norm(digits - digits @ axes.T @ axes, axis=1) / np.linalg.norm(digits, axis=1)
    other = (scores["digit"] != 0).to_numpy()
    found = roc_auc_score(other, scores["Scored Probabilities"].to_numpy())
    assert found == pytest.approx(roc_auc_score(other, share), abs=0.05)
    assert found > 0.9


@pytest.mark.servers
def test_films_are_recommended() -> None:
    left = carried_out("films-recommended")
    scores, wanted = left["score_svd_recommender"]["scored"].frame, left["split_data"]["right"].frame
    known = left["split_data"]["left"].frame
    errors = (scores["Rating"] - wanted["Rating"]).abs()
    found = left["evaluate_recommender"]["metric"].frame.row(0, named=True)
    assert found["MAE"] == pytest.approx(errors.mean())
    assert found["MAE"] < (wanted["Rating"] - known["Rating"].mean()).abs().mean()


@pytest.mark.servers
def test_wines_are_told_apart_ten_times() -> None:
    left = carried_out("wine-cross-validated")
    folds = left["cross_validate_model"]["evaluation"].frame
    scores = left["cross_validate_model"]["scored"].frame
    by_fold = [accuracy_score(part["cultivar"], part["Scored Labels"]) for part in scores.partition_by("Fold Number")]
    assert len(by_fold) == 10
    mean = folds.filter(pl.col("Fold Number") == "Mean")["Accuracy"][0]
    assert mean == pytest.approx(np.mean(by_fold))
    assert mean > 0.95


@pytest.mark.django_db
@pytest.mark.service
def test_data_of_samples_is_registered_once(workspace: Any, ada: Any) -> None:
    basic, script = SAMPLES["automobile-price-basic"], SAMPLES["automobile-price-script"]
    first = ensure_sample_data(workspace, ada, basic)
    second = ensure_sample_data(workspace, ada, script)
    assert first["nodes"]["automobile"]["component"] == "data:azureml:automobile:1"
    assert second["nodes"]["automobile"] == first["nodes"]["automobile"]
    dataset = Dataset.objects.get(workspace=workspace)
    assert "CC BY 4.0" in dataset.description
    version = dataset.versions.get()
    assert (version.row_count, version.column_count) == (205, 26)


@pytest.mark.django_db
def test_data_of_others_of_the_same_name_stays_theirs(workspace: Any, ada: Any) -> None:
    from tests.data.factories import dataset_of

    dataset_of(ada, workspace, "wine")
    document = ensure_sample_data(workspace, ada, SAMPLES["wine-clustered"])
    assert document["nodes"]["wine"]["component"] == "data:azureml:wine-2:1"
    assert ensure_sample_data(workspace, ada, SAMPLES["wine-clustered"]) == document
