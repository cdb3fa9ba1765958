"""What the samples draw."""

from typing import Any

from apps.designer.document import Document
from apps.designer.samples.drawing import Drawing, Source, all_but

SEED = 7


def automobile_basic() -> Document:
    """Prices of cars by linear regression."""
    drawing = Drawing()
    clean = _cars(drawing)
    left, right = _split(drawing, clean, 0.7)
    _trained(drawing, "linear_regression", left, right, "price")
    drawing.add("evaluate_model", scored=drawing.of("score_model", "scored"))
    return drawing.document()


def automobile_compared() -> Document:
    """Prices of cars by two algorithms, side by side."""
    drawing = Drawing()
    clean = _cars(drawing)
    left, right = _split(drawing, clean, 0.7)
    first = _trained(drawing, "linear_regression", left, right, "price", "_linear")
    second = _trained(
        drawing, "boosted_decision_tree_regression", left, right, "price", "_trees", leaf_samples=5, seed=SEED
    )
    drawing.add("evaluate_model", scored=first, scored_to_compare=second)
    return drawing.document()


def cancer_tuned() -> Document:
    """A diagnosis from the ten best measurements, with a model that was tuned."""
    drawing = Drawing()
    chosen = drawing.add(
        "filter_based_feature_selection",
        comment="Keeps the ten measurements that go most with the diagnosis.",
        dataset=drawing.data("breast-cancer"),
        method="Chi squared",
        target="diagnosis",
        count=10,
    )
    left, right = _split(drawing, drawing.of(chosen, "filtered"), 0.7)
    learner = drawing.add(
        "two_class_logistic_regression",
        trainer_mode="ParameterRange",
        tolerance_range="0.0001",
        l1_weight_range="0.0; 1.0",
        l2_weight_range="0.1; 1.0",
        memory_range="20",
    )
    tuned = drawing.add(
        "tune_model_hyperparameters",
        comment="Tries every combination of the ranges.",
        untrained=drawing.of(learner, "untrained"),
        dataset=left,
        mode="Entire grid",
        label="diagnosis",
        seed=SEED,
        classification_metric="AUC",
    )
    scored = drawing.add("score_model", model=drawing.of(tuned, "model"), dataset=right)
    drawing.add("evaluate_model", scored=drawing.of(scored, "scored"))
    return drawing.document()


def digits_balanced() -> Document:
    """Which digits are an eight: one in ten, with and without more examples of them."""
    drawing = Drawing()
    marked = drawing.add(
        "apply_sql_transformation",
        comment="One digit in ten is an eight.",
        t1=drawing.data("digits"),
        script="select *, digit = 8 as eight from t1;",
    )
    chosen = drawing.add("select_columns_in_dataset", dataset=drawing.of(marked, "result"), columns=all_but("digit"))
    left, right = _split(drawing, drawing.of(chosen, "results"), 0.5)
    plain = _trained(drawing, "two_class_logistic_regression", left, right, "eight", "_plain")
    more = drawing.add("smote", dataset=left, label="eight", percentage=400, neighbours=3, seed=SEED)
    key = drawing.of(more, "table")
    balanced = _trained(drawing, "two_class_logistic_regression", key, right, "eight", "_balanced")
    drawing.add("evaluate_model", scored=plain, scored_to_compare=balanced)
    return drawing.document()


def sentences_classified() -> Document:
    """Which library a sentence is about."""
    drawing = Drawing()
    words = drawing.add("preprocess_text", dataset=drawing.data("sentences"), column="text")
    counted = drawing.add(
        "extract_n_gram_features_from_text",
        dataset=drawing.of(words, "results"),
        column="Preprocessed text",
        weighting="TF-IDF Weight",
        fewest=3,
    )
    chosen = drawing.add(
        "select_columns_in_dataset",
        comment="The sentences themselves are no features.",
        dataset=drawing.of(counted, "results"),
        columns=all_but("text", "Preprocessed text"),
    )
    left, right = _split(drawing, drawing.of(chosen, "results"), 0.7)
    scored = _trained(drawing, "multiclass_logistic_regression", left, right, "library", l1_weight=0, tolerance=0.0001)
    drawing.add("evaluate_model", scored=scored)
    return drawing.document()


def wine_clustered() -> Document:
    """Three kinds of wine, found without being told which is which."""
    drawing = Drawing()
    features = drawing.add("select_columns_in_dataset", dataset=drawing.data("wine"), columns=all_but("cultivar"))
    scaled = drawing.add("normalize_data", dataset=drawing.of(features, "results"))
    learner = drawing.add("k_means_clustering", centroids=3, seed=SEED, normalize=False)
    drawing.add(
        "train_clustering_model",
        untrained=drawing.of(learner, "untrained"),
        dataset=drawing.of(scaled, "transformed"),
    )
    drawing.add("evaluate_model", scored=drawing.of("train_clustering_model", "results"))
    return drawing.document()


def digits_anomalies() -> Document:
    """Digits that are no zero, by a model that has seen only zeros."""
    drawing = Drawing()
    left, right = _split(drawing, drawing.data("digits"), 0.5)
    zeros = drawing.add(
        "apply_sql_transformation",
        comment="Only what is as it should be is learned.",
        t1=left,
        script="select * from t1 where digit = 0;",
    )
    features = drawing.add("select_columns_in_dataset", dataset=drawing.of(zeros, "result"), columns=all_but("digit"))
    learner = drawing.add("pca_based_anomaly_detection", components=10)
    model = drawing.add(
        "train_anomaly_detection_model",
        untrained=drawing.of(learner, "untrained"),
        dataset=drawing.of(features, "results"),
    )
    drawing.add("score_model", model=drawing.of(model, "model"), dataset=right)
    return drawing.document()


def films_recommended() -> Document:
    """What somebody would think of a film."""
    drawing = Drawing()
    left, right = _split(drawing, drawing.data("ratings-synthetic"), 0.8)
    model = drawing.add("train_svd_recommender", dataset=left, factors=3, iterations=60, rate=0.02)
    scored = drawing.add("score_svd_recommender", model=drawing.of(model, "model"), dataset=right)
    drawing.add("evaluate_recommender", test=right, scored=drawing.of(scored, "scored"))
    return drawing.document()


def wine_validated() -> Document:
    """How well wines are told apart, measured ten times."""
    drawing = Drawing()
    learner = drawing.add("multiclass_logistic_regression", l1_weight=0)
    drawing.add(
        "cross_validate_model",
        untrained=drawing.of(learner, "untrained"),
        dataset=drawing.data("wine"),
        label="cultivar",
        seed=SEED,
    )
    return drawing.document()


RATIOS = """import pandas as pd


def azureml_main(dataframe1=None, dataframe2=None):
    cars = dataframe1.copy()
    cars["weight-per-power"] = cars["curb-weight"] / cars["horsepower"]
    cars["area"] = cars["length"] * cars["width"]
    return (cars,)
"""


def automobile_scripted() -> Document:
    """Prices of cars with two features more, from a script."""
    drawing = Drawing()
    clean = _cars(drawing)
    script = drawing.add("execute_python_script", dataset1=clean, script=RATIOS)
    left, right = _split(drawing, drawing.of(script, "result1"), 0.7)
    scored = _trained(drawing, "linear_regression", left, right, "price")
    drawing.add("evaluate_model", scored=scored)
    return drawing.document()


def _cars(drawing: Drawing) -> Source:
    """Add what makes rows without gaps of the raw table."""
    marked = drawing.add(
        "convert_to_dataset",
        comment="A question mark is a missing value.",
        dataset=drawing.data("automobile"),
        action="SetMissingValue",
    )
    chosen = drawing.add(
        "select_columns_in_dataset",
        comment="normalized-losses is missing too often.",
        dataset=drawing.of(marked, "results"),
        columns=all_but("normalized-losses"),
    )
    clean = drawing.add("clean_missing_data", dataset=drawing.of(chosen, "results"), mode="Remove entire row")
    return drawing.of(clean, "cleaned")


def _split(drawing: Drawing, source: Source, fraction: float) -> tuple[Source, Source]:
    key = drawing.add("split_data", dataset=source, fraction=fraction, seed=SEED)
    return drawing.of(key, "left"), drawing.of(key, "right")


def _trained(
    drawing: Drawing, algorithm: str, left: Source, right: Source, label: str, ending: str = "", **parameters: Any
) -> Source:
    """Add a learner, its training on one dataset and its scores on the other."""
    learner = drawing.add(algorithm, key=f"{algorithm}{ending}", **parameters)
    model = drawing.add(
        "train_model", key=f"train_model{ending}", untrained=drawing.of(learner, "untrained"), dataset=left, label=label
    )
    scored = drawing.add("score_model", key=f"score_model{ending}", model=drawing.of(model, "model"), dataset=right)
    return drawing.of(scored, "scored")
