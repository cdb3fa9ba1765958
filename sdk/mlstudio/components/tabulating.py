"""``TABLE.md``: every component of the classic designer, and whether it is here. Written by ``python -m
mlstudio.components.tabulating``; a test compares it with the code."""

from __future__ import annotations

import json
from pathlib import Path

from mlstudio.components.catalog import components
from mlstudio.components.core.declaring import Component, Parameter

PYTORCH = (
    "not yet: needs PyTorch, which no environment of the studio carries, and whose pretrained weights do not ship "
    "in packages"
)
LEARNED = "not yet: its network of embeddings needs PyTorch, which no environment of the studio carries"
MISSING = {
    "Execute R Script": "not yet: needs R on the machine",
    "Convert Word to Vector": "not yet: Word2Vec and FastText need gensim; GloVe impossible: its vectors ship in no package",
    "Train Vowpal Wabbit Model": "not yet: needs the package vowpalwabbit beside what the other components need",
    "Score Vowpal Wabbit Model": "not yet: see Train Vowpal Wabbit Model",
    "DenseNet": PYTORCH,
    "ResNet": PYTORCH,
    "Train PyTorch Model": PYTORCH,
    "Score Image Model": PYTORCH,
    "Train Wide & Deep Recommender": LEARNED,
    "Score Wide and Deep Recommender": LEARNED,
}
PLACE = Path(__file__).with_name("TABLE.md")


def table() -> str:
    """Return the table as Markdown."""
    lines = [
        "# Components",
        "",
        (
            "Written by `python -m mlstudio.components.tabulating`. Parameters are `title [default]`; (when …) says"
            " what makes them matter."
        ),
        "",
        "| Component | Inputs → outputs | Parameters | State |",
        "|---|---|---|---|",
    ]
    lines += [_row(component) for component in components().values()]
    lines += [f"| {title} | | | {reason} |" for title, reason in MISSING.items()]
    return "\n".join(lines) + "\n"


def _row(component: Component) -> str:
    inputs = ", ".join(
        f"{port.title} ({port.type}{', optional' if port.optional else ''})" for port in component.inputs
    )
    outputs = ", ".join(f"{port.title} ({port.type})" for port in component.outputs)
    parameters = "<br>".join(_parameter(parameter) for parameter in component.parameters)
    state = "done" + "".join(f"; without {what}: {why}" for what, why in component.left_out.items())
    cells = (f"**{component.title}** `{component.name}`", f"{inputs} → {outputs}", parameters, state)
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _parameter(parameter: Parameter) -> str:
    shown = ", ".join(parameter.choices) if len(parameter.choices) <= 8 else f"{len(parameter.choices)} choices"
    default = (
        "script"
        if parameter.kind == "script"
        else "required"
        if parameter.default is None
        else _default(parameter.default)
    )
    conditions = (" or " if parameter.either else ", ").join(name for name, _ in parameter.when)
    return (
        f"{parameter.title} [{default}]"
        + (f" {{{shown}}}" if shown else "")
        + (f" (when {conditions})" if conditions else "")
    )


def _default(value: object) -> str:
    if isinstance(value, dict):
        rules = [f"{rule['by']} {', '.join(rule['values'])}" for rule in value["rules"]]
        return "; ".join(rules) or "all columns"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (str, bool)) else f"{value:g}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    PLACE.write_text(table(), "utf-8")
