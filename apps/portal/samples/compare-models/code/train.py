"""Try several models on one set of data, each in a child run of its own, and keep the best.

Afterwards open the tab Child runs, choose all of them and compare. One thing to see there: what measures distances
(neighbours, support vectors) needs columns of one scale, and what asks one column at a time (a forest) does not.
"""

import argparse

import matplotlib.pyplot as plt
import mlflow
from mlflow.models import infer_signature
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_validate
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

parser = argparse.ArgumentParser()
parser.add_argument("--folds", type=int, default=5)
options = parser.parse_args()

# 178 wines of three growers, 13 measurements of each, on scales from 0.1 to 1,680.
X, y = load_wine(return_X_y=True, as_frame=True)

models = {
    "neighbours": KNeighborsClassifier(n_neighbors=5),
    "neighbours-scaled": make_pipeline(StandardScaler(), KNeighborsClassifier(n_neighbors=5)),
    "support-vectors": SVC(C=1.0),
    "support-vectors-scaled": make_pipeline(StandardScaler(), SVC(C=1.0)),
    "forest": RandomForestClassifier(n_estimators=50, random_state=0),
    "forest-scaled": make_pipeline(StandardScaler(), RandomForestClassifier(n_estimators=50, random_state=0)),
}

found = {}
with mlflow.start_run():  # the run that the studio started
    mlflow.log_params({"folds": options.folds, "models": len(models)})
    for number, (name, model) in enumerate(models.items(), start=1):
        # Each model gets a run below this one, with parameters and metrics of its own.
        with mlflow.start_run(run_name=name, nested=True):
            mlflow.log_params({"model": name.removesuffix("-scaled"), "scaled": name.endswith("-scaled")})
            scores = cross_validate(model, X, y, cv=options.folds, scoring=["accuracy", "f1_macro"])
            for fold, accuracy in enumerate(scores["test_accuracy"], start=1):
                mlflow.log_metric("fold_accuracy", accuracy, step=fold)
            found[name] = scores["test_accuracy"].mean()
            mlflow.log_metrics({"accuracy": found[name], "f1_macro": scores["test_f1_macro"].mean()})
        print(f"{name:24} accuracy {found[name]:.3f}", flush=True)
        mlflow.log_metric("models_tried", number, step=number)

    best = max(found, key=found.get)
    mlflow.log_metric("accuracy", found[best])
    mlflow.set_tag("best_model", best)

    names = sorted(found, key=found.get)
    figure, axes = plt.subplots(figsize=(7, 3.5), layout="constrained")
    axes.barh(
        names, [found[name] for name in names], color=["#4f6bed" if name == best else "#b9c2d0" for name in names]
    )
    axes.set(xlim=(0.5, 1), xlabel=f"accuracy, mean of {options.folds} folds")
    axes.spines[["top", "right"]].set_visible(False)
    mlflow.log_figure(figure, "outputs/comparison.png")

# The best of them, now taught by all of the data, in MLflow's format: it can be registered, and deployed without code.
model = models[best].fit(X, y)
mlflow.sklearn.save_model(
    model,
    "outputs/model",
    signature=infer_signature(X, model.predict(X)),
    input_example=X.head(3),
    pip_requirements=mlflow.sklearn.get_default_pip_requirements(include_skops=True),
    skops_trusted_types=["sklearn.tree._tree.Tree"],  # trees are only read back by those who say that they trust them
)
print(f"The model is in outputs/model: {best}.")
