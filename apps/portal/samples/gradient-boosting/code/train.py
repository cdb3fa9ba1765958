"""Tell benign from malignant tumours by gradient boosting, and watch when it stops learning and begins to memorise.

Each iteration adds one small tree. The loss on data that was trained on falls for ever; the loss on data that was held
back turns at some point. The model of that point is the one to keep.
"""

import argparse

import matplotlib.pyplot as plt
import mlflow
import numpy as np
from mlflow.models import infer_signature
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import train_test_split

from mlstudio import Run

# The inputs of the job arrive as arguments of the command.
parser = argparse.ArgumentParser()
parser.add_argument("--trees", type=int, default=100)
parser.add_argument("--learning-rate", type=float, default=0.1)
parser.add_argument("--depth", type=int, default=3)
options = parser.parse_args()

# 569 tumours, 30 measurements of each. A quarter is held back: the model never learns from it.
X, y = load_breast_cancer(return_X_y=True, as_frame=True)
names = ["malignant", "benign"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0, stratify=y)

run = Run.get_context()  # this run, as the studio knows it; anywhere else it prints what is logged
run.log_parameters({**vars(options), "rows_train": len(X_train), "rows_test": len(X_test)})

# With warm_start, fit() adds to the trees that are there already, so the loss can be logged after each.
model = GradientBoostingClassifier(
    learning_rate=options.learning_rate, max_depth=options.depth, subsample=0.5, warm_start=True, random_state=0
)
losses = []
for trees in range(1, options.trees + 1):
    model.set_params(n_estimators=trees).fit(X_train, y_train)
    train_loss = log_loss(y_train, model.predict_proba(X_train))
    test_loss = log_loss(y_test, model.predict_proba(X_test))
    run.log("log_loss/train", train_loss, step=trees)
    run.log("log_loss/test", test_loss, step=trees)
    losses.append(test_loss)
    if trees % 10 == 0:
        print(f"{trees:4} trees   loss in training {train_loss:.4f}   held back {test_loss:.4f}", flush=True)

# Keep only the trees up to the best loss.
best = int(np.argmin(losses)) + 1
print(f"The loss on data held back was lowest with {best} trees.")
model.set_params(n_estimators=best, warm_start=False).fit(X_train, y_train)

probability = model.predict_proba(X_test)
predicted = model.predict(X_test)
run.log("best_trees", best)
run.log("accuracy", (predicted == y_test).mean())
run.log("roc_auc", roc_auc_score(y_test, probability[:, 1]))

# A chart that the studio draws itself, and a figure of our own.
matrix = np.zeros((2, 2), dtype=int)
np.add.at(matrix, (y_test, predicted), 1)
run.log_confusion_matrix(
    "confusion_matrix",
    {
        "schema_type": "confusion_matrix",
        "schema_version": "1.0.0",
        "data": {"class_labels": names, "matrix": matrix.tolist()},
    },
)

order = np.argsort(model.feature_importances_)[-12:]
figure, axes = plt.subplots(figsize=(7, 4.5), layout="constrained")
axes.barh(X.columns[order], model.feature_importances_[order], color="#4f6bed")
axes.set(title="What the model looks at", xlabel="share of what the trees gain")
axes.spines[["top", "right"]].set_visible(False)
run.log_image("importance", plot=figure)

# A model in MLflow's format, with the types of its columns and an example: it can be registered, and deployed without code.
mlflow.sklearn.save_model(
    model,
    "outputs/model",
    signature=infer_signature(X_train, predicted),
    input_example=X_test.head(3),
    pip_requirements=mlflow.sklearn.get_default_pip_requirements(include_skops=True),
    skops_trusted_types=["sklearn.tree._tree.Tree"],  # trees are only read back by those who say that they trust them
)
print("The model is in outputs/model.")
