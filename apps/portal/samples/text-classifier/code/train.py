"""Read a sentence about code, and say which library it is about.

The sentences are real: the first paragraphs of the documentation inside of four libraries that are installed here. The same
few lines route tickets to teams or sort mail into folders, once they are given sentences and answers of yours.
"""

import argparse
import importlib.util
import re
from pathlib import Path

import matplotlib.pyplot as plt
import mlflow
import numpy as np
import pandas as pd
from mlflow.models import infer_signature
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import confusion_matrix, f1_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

from mlstudio import Run

LIBRARIES = {"numpy": "NumPy", "pandas": "pandas", "sklearn": "scikit-learn", "matplotlib": "Matplotlib"}
FIRST_PARAGRAPH = re.compile(r':\n +[rR]?"""\s*(.+?)(?:\n\s*\n|""")', re.DOTALL)
GIVES_AWAY = re.compile(r"numpy|pandas|scikit-learn|sklearn|matplotlib|pyplot|\b(np|pd|plt|mpl)\.", re.IGNORECASE)

parser = argparse.ArgumentParser()
parser.add_argument("--words", type=int, default=2, help="longest sequence of words that counts as one feature")
parser.add_argument(
    "--penalty", type=float, default=1e-5, help="what keeps the model from learning its examples by heart"
)
options = parser.parse_args()
mlflow.log_params(vars(options))


def sentences_of(library: str) -> list[str]:
    """Return what the functions of a library say that they do, without the names that would give the answer away."""
    folder = Path(importlib.util.find_spec(library).origin).parent
    sources = [path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.py")) if "tests" not in path.parts]
    found = [
        " ".join(GIVES_AWAY.sub("", text).split()) for source in sources for text in FIRST_PARAGRAPH.findall(source)
    ]
    return [text for text in dict.fromkeys(found) if 5 <= len(text.split()) <= 60]


data = pd.DataFrame(
    [(text, name) for module, name in LIBRARIES.items() for text in sentences_of(module)], columns=["text", "library"]
)
train, test = train_test_split(data, test_size=0.25, random_state=0, stratify=data["library"])
print(data["library"].value_counts().to_string(), "\n")

# Frequent words and sequences of words, weighed by how rare they are; then one linear model. Hard to beat on so little text.
words = TfidfVectorizer(ngram_range=(1, options.words), sublinear_tf=True, max_features=4_000)
model = make_pipeline(
    ColumnTransformer([("words", words, "text")]),
    SGDClassifier(loss="log_loss", alpha=options.penalty, class_weight="balanced", random_state=0),
)

# How many examples does it take? The last round uses all of them.
for rows in np.geomspace(200, len(train), 6).astype(int):
    part = train.sample(rows, random_state=0)
    model.fit(part[["text"]], part["library"])
    accuracy = model.score(test[["text"]], test["library"])
    mlflow.log_metrics({"accuracy_by_examples": accuracy}, step=int(rows))
    print(f"{rows:5} examples   accuracy {accuracy:.3f}", flush=True)

predicted = model.predict(test[["text"]])
mlflow.log_metrics(
    {"accuracy": accuracy, "f1_macro": f1_score(test["library"], predicted, average="macro"), "examples": len(data)}
)

run = Run.get_context()
labels = list(model.classes_)
matrix = confusion_matrix(test["library"], predicted, labels=labels)
run.log_confusion_matrix(
    "confusion_matrix",
    {
        "schema_type": "confusion_matrix",
        "schema_version": "1.0.0",
        "data": {"class_labels": labels, "matrix": matrix.tolist()},
    },
)

# The words that speak most for each library.
names, weights = model[0].get_feature_names_out(), model[1].coef_
figure, axes = plt.subplots(1, len(labels), figsize=(11, 4), layout="constrained")
for axis, label, row in zip(axes, labels, weights, strict=True):
    top = np.argsort(row)[-10:]
    axis.barh([names[index].removeprefix("words__") for index in top], row[top], color="#4f6bed")
    axis.set_title(label)
    axis.spines[["top", "right"]].set_visible(False)
run.log_image("telling_words", plot=figure)

# Ask it something.
questions = pd.DataFrame(
    {
        "text": [
            "How do I merge two tables on a column?",
            "Draw a line with markers and a legend",
            "Multiply two arrays of any shape",
            "Which classifier needs no scaled features?",
        ]
    }
)
for question, answer in zip(questions["text"], model.predict(questions), strict=True):
    print(f"{question:45} -> {answer}")

mlflow.sklearn.save_model(
    model,
    "outputs/model",
    signature=infer_signature(test[["text"]], predicted),
    input_example=questions,
    pip_requirements=mlflow.sklearn.get_default_pip_requirements(include_skops=True),
)
print("The model is in outputs/model.")
