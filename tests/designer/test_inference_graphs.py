"""Which pipelines that score are made of which that trained: their shapes, and what is refused with which words."""

from typing import Any

import pytest

from apps.designer.document import check_document
from apps.designer.inference.graphs import BATCH, REALTIME, CannotTurn, Inference, inference_of, scorers_of
from apps.designer.inference.rules import builtin_of
from apps.designer.samples import SAMPLES
from tests.designer.running import Drawing


class Known:
    """A run that has left something everywhere; ``columns`` of tables by node."""

    def __init__(self, **columns: list[str]) -> None:
        self._columns = columns

    def output(self, node: str, port: str) -> str:
        return f"runs:/1/outputs/{node}.{port}"

    def columns(self, node: str, port: str) -> list[str] | None:
        return self._columns.get(node)


def learned(draw: Drawing, dataset: str, scored: str = "", learner: str = "linear_regression") -> Drawing:
    """Train on a dataset, and score another."""
    draw.node("learner", learner)
    draw.node("train", "train_model", untrained="learner.untrained", dataset=dataset, label="price")
    draw.node("score", "score_model", model="train.model", dataset=scored or dataset)
    draw.node("evaluate", "evaluate_model", scored="score.scored")
    return draw


def begun() -> Drawing:
    draw = Drawing()
    draw.data("cars", "azureml:cars:3")
    return draw


def turn(draw: Drawing, kind: str = REALTIME, scorer: str = "", **columns: list[str]) -> Inference:
    found = inference_of(draw.document, Known(**columns), kind, scorer)
    assert check_document(found.document) == []
    nodes = found.document["nodes"]
    for node in nodes.values():  # whatever is read is there
        assert {one["node"] for one in node.get("inputs", {}).values() if "node" in one} <= nodes.keys()
    return found


def flow(found: Inference, key: str = "web_service_output") -> list[str]:
    """Return the components on the way from an answer to the request, each by its first table."""
    nodes, way = found.document["nodes"], []
    while key:
        component = builtin_of(nodes[key])
        way.append(component.name if component else "data")
        tables = [port.name for port in component.inputs if port.type == "DataFrameDirectory"] if component else []
        inputs = nodes[key].get("inputs", {})
        key = next((inputs[name].get("node", "") for name in tables if name in inputs), "")
    return way


def said(found: Inference) -> str:
    return "\n".join(note.message for note in found.notes)


def test_training_is_replaced_by_its_model_and_fitted_transformations_are_applied() -> None:
    draw = begun()
    draw.node("clean", "clean_missing_data", dataset="cars")
    draw.node("scale", "normalize_data", dataset="clean.cleaned")
    draw.node("split", "split_data", dataset="scale.transformed")
    found = turn(learned(draw, "split.left", "split.right"))
    nodes = found.document["nodes"]
    applied = ["apply_transformation", "apply_transformation"]
    assert flow(found) == ["web_service_output", "score_model", *applied, "web_service_input", "data"]
    assert nodes["MD-train"] == {
        "component": "data:runs:/1/outputs/train.model",
        "title": "MD-Train Model",
        "inputs": {},
        "type": "uri_folder",
        "position": nodes["MD-train"]["position"],
        "comment": "Train Model was replaced by the model that it has trained.",
    }
    assert nodes["TD-scale"]["component"] == "data:runs:/1/outputs/scale.transformation"
    assert not {"split", "learner", "train", "evaluate"} & nodes.keys()
    assert "Only the training needs these, so they were removed: " in said(found)
    assert found.labels == ["price"]


def test_a_batch_pipeline_has_its_data_as_a_parameter() -> None:
    found = turn(learned(begun(), "cars"), BATCH)
    assert found.document["inputs"] == {
        "dataset": {"type": "uri_folder", "default": "azureml:cars:3", "description": "The data to be scored"}
    }
    assert found.document["nodes"]["score"]["inputs"]["dataset"] == {"pipeline": "dataset"}
    assert found.document["outputs"] == {"scored": {"node": "score", "output": "scored"}}
    assert found.document["nodes"].keys() == {"MD-train", "score"}


def test_the_label_need_not_be_selected_and_what_is_only_about_it_goes() -> None:
    draw = begun()
    draw.node("rename", "edit_metadata", dataset="cars", columns=["cost"], new_names="price")
    draw.node("columns", "select_columns_in_dataset", dataset="rename.results", columns=["make", "price"])
    found = turn(learned(draw, "columns.results"))
    assert found.labels == ["price", "cost"]
    assert found.document["nodes"]["columns"]["inputs"]["columns"]["value"]["names"] == ["make"]
    assert flow(found) == [
        "web_service_output",
        "score_model",
        "select_columns_in_dataset",
        "web_service_input",
        "data",
    ]
    assert "is about the label only" in said(found)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("smote", {"label": "price"}),
        ("partition_and_sample", {}),
        ("remove_duplicate_rows", {}),
        ("split_data", {"mode": "Relative Expression", "relative": '\\"power" > 2'}),
    ],
)
def test_what_makes_training_rows_is_passed_by(name: str, values: dict[str, Any]) -> None:
    draw = begun()
    draw.node("rows", name, dataset="cars", **values)
    component = builtin_of(draw.nodes["rows"])
    assert component is not None
    found = turn(learned(draw, f"rows.{component.outputs[0].name}"))
    assert flow(found) == ["web_service_output", "score_model", "web_service_input", "data"]
    assert f"{component.title} was removed" in said(found)


def test_selected_features_are_the_columns_that_were_chosen() -> None:
    draw = begun()
    draw.node("features", "filter_based_feature_selection", dataset="cars", target="price", count=2)
    found = turn(learned(draw, "features.filtered"), features=["power", "weight", "price"])
    assert found.document["nodes"]["features"]["component"] == "builtin:select_columns_in_dataset"
    assert found.document["nodes"]["features"]["inputs"]["columns"]["value"]["names"] == ["power", "weight"]


def test_words_are_counted_by_the_vocabulary_of_the_training() -> None:
    draw = begun()
    draw.node("words", "preprocess_text", dataset="cars", column="text")
    draw.node("grams", "extract_n_gram_features_from_text", dataset="words.results", column="text")
    nodes = turn(learned(draw, "grams.results")).document["nodes"]
    assert nodes["grams"]["inputs"]["mode"] == {"value": "ReadOnly"}
    assert nodes["grams"]["inputs"]["vocabulary"] == {"node": "TD-grams-result_vocabulary", "output": "data"}
    assert "preprocess_text" in nodes["words"]["component"]


def test_a_transformation_that_training_applied_itself_is_the_saved_one() -> None:
    draw = begun()
    draw.data("new", "azureml:new:1")
    draw.node("scale", "normalize_data", dataset="cars")
    draw.node("same", "apply_transformation", transformation="scale.transformation", dataset="new")
    found = turn(learned(draw, "scale.transformed", "same.transformed"))
    assert found.document["nodes"]["same"]["inputs"] == {
        "transformation": {"node": "TD-scale", "output": "data"},
        "dataset": {"node": "web_service_input", "output": "data"},
    }


def test_clusters_anomalies_and_recommendations() -> None:
    draw = begun()
    draw.node("learner", "k_means_clustering")
    draw.node("train", "train_clustering_model", untrained="learner.untrained", dataset="cars")
    draw.node("assign", "assign_data_to_clusters", model="train.model", dataset="cars")
    assert flow(turn(draw)) == ["web_service_output", "assign_data_to_clusters", "web_service_input", "data"]

    draw = begun()
    draw.node("learner", "pca_based_anomaly_detection")
    draw.node("train", "train_anomaly_detection_model", untrained="learner.untrained", dataset="cars")
    draw.node("score", "score_model", model="train.model", dataset="cars")
    assert flow(turn(draw)) == ["web_service_output", "score_model", "web_service_input", "data"]

    draw = begun()
    draw.node("split", "split_data", dataset="cars")
    draw.node("train", "train_svd_recommender", dataset="split.left")
    draw.node("score", "score_svd_recommender", model="train.model", dataset="split.right", training="split.left")
    nodes = turn(draw).document["nodes"]
    # What has been rated stays what the training knew.
    assert nodes["score"]["inputs"]["training"]["node"].startswith("TD-split")
    assert nodes["TD-split-left"]["component"] == "data:runs:/1/outputs/split.left"


def test_what_is_done_with_the_scores_is_kept_until_they_are_told_about() -> None:
    draw = learned(begun(), "cars")
    draw.node("few", "select_columns_in_dataset", dataset="score.scored", columns=["price", "Scored Labels"])
    draw.node("export", "export_data", dataset="few.results", datastore="blob", path="scores.csv")
    assert flow(turn(draw))[:3] == ["web_service_output", "select_columns_in_dataset", "score_model"]
    assert turn(draw).document["nodes"]["few"]["inputs"]["columns"]["value"]["names"] == ["Scored Labels"]
    assert "export" not in turn(draw).document["nodes"]
    assert "export" in turn(draw, BATCH).document["nodes"]


def test_labels_that_stand_beside_the_data_go_and_other_columns_are_refused() -> None:
    draw = begun()
    draw.data("labels", "azureml:labels:1")
    draw.node("both", "add_columns", left="cars", right="labels")
    learned(draw, "both.combined")
    found = turn(draw, labels=["price"])
    assert flow(found) == ["web_service_output", "score_model", "web_service_input", "data"]
    with pytest.raises(CannotTurn, match="Use Join Data with a key instead"):
        turn(draw, labels=["power"])


def test_data_that_is_joined_stays_and_the_left_side_is_what_requests_bring() -> None:
    draw = begun()
    draw.data("makers", "azureml:makers:1")
    draw.node("join", "join_data", left="cars", right="makers", left_keys=["make"], right_keys=["make"])
    nodes = turn(learned(draw, "join.results")).document["nodes"]
    assert nodes["join"]["inputs"]["left"]["node"] == "web_service_input"
    assert nodes["join"]["inputs"]["right"]["node"] == "makers"


def test_of_two_models_the_one_that_is_chosen_answers() -> None:
    draw = learned(begun(), "cars")
    draw.node("forest", "decision_forest_regression")
    draw.node("train_2", "train_model", untrained="forest.untrained", dataset="cars", label="price")
    draw.node("score_2", "score_model", model="train_2.model", dataset="cars")
    draw.nodes["evaluate"]["inputs"]["scored_to_compare"] = {"node": "score_2", "output": "scored"}
    assert [one.key for one in scorers_of(draw.document)] == ["score", "score_2"]
    with pytest.raises(CannotTurn, match="scores in several places"):
        turn(draw)
    assert {"MD-train_2", "score_2"} <= turn(draw, scorer="score_2").document["nodes"].keys()


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("clip_values", {"threshold": "Percentile"}, "takes its thresholds from all rows"),
        ("clip_values", {"upper_substitute": "Mean"}, "takes its thresholds from all rows"),
    ],
)
def test_what_would_score_otherwise_than_it_trained_is_refused(name: str, values: dict[str, Any], words: str) -> None:
    draw = begun()
    draw.node("odd", name, dataset="cars", **values)
    with pytest.raises(CannotTurn, match=words) as caught:
        turn(learned(draw, "odd.results"))
    assert caught.value.node == "odd"


def test_components_of_the_workspace_are_for_batches_only() -> None:
    draw = learned(begun(), "mine.out")
    draw.nodes["mine"] = {"component": "component:mine:1", "inputs": {"data": {"node": "cars", "output": "data"}}}
    with pytest.raises(CannotTurn, match="runs as a job of its own"):
        turn(draw)
    assert "mine" in turn(draw, BATCH).document["nodes"]


def test_pipelines_longer_than_the_stack_of_python_are_turned() -> None:
    draw, last = begun(), "cars"
    for place in range(1500):
        draw.node(f"n{place}", "convert_to_dataset", dataset=last)
        last = f"n{place}.results"
    assert len(turn(learned(draw, last)).document["nodes"]) == 1505


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_are_turned_or_say_why_not(name: str) -> None:
    document = SAMPLES[name].draw()
    for kind in (REALTIME, BATCH):
        for scorer in scorers_of(document):
            found = inference_of(document, Known(filter_based_feature_selection=["radius"]), kind, scorer.key)
            assert check_document(found.document) == []
            names = {component.name for node in found.document["nodes"].values() if (component := builtin_of(node))}
            assert scorer.key in found.document["nodes"]
            assert not {name for name in names if name.startswith(("train_", "split_", "evaluate_", "tune_"))}
            assert ("web_service_input" in names) == (kind == REALTIME)
    if not scorers_of(document):
        with pytest.raises(CannotTurn, match="Nothing in this pipeline scores"):
            inference_of(document, Known(), REALTIME)
