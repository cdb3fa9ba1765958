"""Teach a neural network to read handwritten digits, and watch it learn.

Open the tab Metrics while it runs: the curves grow with every epoch. Images shows what the network still gets wrong.
"""

import argparse
import time

import matplotlib.pyplot as plt
import mlflow
import numpy as np
from mlflow.models import infer_signature
from scipy import ndimage
from sklearn.datasets import load_digits
from sklearn.metrics import confusion_matrix, log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

from mlstudio import Run

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=300)
parser.add_argument("--hidden", type=int, default=64)
parser.add_argument("--learning-rate", type=float, default=0.001)
options = parser.parse_args()

run = Run.get_context()  # this run, as the studio knows it; anywhere else it prints what is logged
run.log_parameters({"epochs": options.epochs, "hidden": options.hidden, "learning_rate": options.learning_rate})

# 1,797 digits of 8 x 8 pixels, 0 (white) to 16 (ink). A quarter is held back: the network never learns from it.
X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X / 16, y, test_size=0.25, random_state=0, stratify=y)
random = np.random.default_rng(0)


def distorted(images: np.ndarray) -> np.ndarray:
    """Return the images, each turned, moved and zoomed a little, as if written once more. Shape (n, 64) both ways."""
    result = np.empty_like(images)
    for number, image in enumerate(images):
        angle, zoom = random.normal(0, np.radians(8)), random.normal(1, 0.08)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / zoom
        middle = np.array([3.5, 3.5])
        offset = middle - turn @ (middle + random.normal(0, 0.4, 2))
        result[number] = ndimage.affine_transform(image.reshape(8, 8), turn, offset, order=1).ravel()
    return result


def draw_mistakes(predicted: np.ndarray, certainty: np.ndarray, epoch: int) -> None:
    """Log a picture of the mistakes that the network was surest of."""
    wrong = np.flatnonzero(predicted != y_test)
    worst = wrong[np.argsort(-certainty[wrong])][:18]
    figure, axes = plt.subplots(3, 6, figsize=(7, 4.2), layout="constrained")
    for axis, index in zip(axes.flat, worst, strict=False):
        axis.imshow(X_test[index].reshape(8, 8), cmap="gray_r")
        axis.set_title(f"{y_test[index]}, read as {predicted[index]}", fontsize=9)
    for axis in axes.flat:
        axis.axis("off")
    figure.suptitle(f"Epoch {epoch}: {len(wrong)} of {len(y_test)} wrong")
    run.log_image("mistakes", plot=figure)
    plt.close(figure)


network = MLPClassifier((options.hidden, options.hidden), learning_rate_init=options.learning_rate, random_state=0)
digits = np.arange(10)

for epoch in range(1, options.epochs + 1):
    started = time.perf_counter()
    images = distorted(X_train)  # new distortions each time, so that the network cannot learn the images by heart
    network.partial_fit(images, y_train, classes=digits)

    probability = network.predict_proba(X_test)
    predicted = probability.argmax(axis=1)
    accuracy = (predicted == y_test).mean()
    run.log("loss/train", log_loss(y_train, network.predict_proba(images)), step=epoch)
    run.log("loss/test", log_loss(y_test, probability), step=epoch)
    run.log("accuracy", accuracy, step=epoch)
    run.log("seconds_per_epoch", time.perf_counter() - started, step=epoch)
    print(f"epoch {epoch:3}/{options.epochs}   accuracy {accuracy:.4f}", flush=True)
    if epoch == 1 or epoch % 50 == 0:
        draw_mistakes(predicted, probability.max(axis=1), epoch)

matrix = confusion_matrix(y_test, predicted)
run.log_confusion_matrix(
    "confusion_matrix",
    {
        "schema_type": "confusion_matrix",
        "schema_version": "1.0.0",
        "data": {"class_labels": [str(digit) for digit in digits], "matrix": matrix.tolist()},
    },
)

# A model in MLflow's format: it can be registered, and deployed without code.
mlflow.sklearn.save_model(
    network,
    "outputs/model",
    signature=infer_signature(X_test, predicted),
    input_example=X_test[:3],
    pip_requirements=mlflow.sklearn.get_default_pip_requirements(include_skops=True),
    # What reads the model back trusts only types that are named here.
    skops_trusted_types=["sklearn.neural_network._stochastic_optimizers.AdamOptimizer"],
)
print("The model is in outputs/model.")
