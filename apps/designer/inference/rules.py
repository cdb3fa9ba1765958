"""What becomes of each component when a pipeline is turned from training to scoring. Knows nothing of Django."""

from collections.abc import Mapping
from typing import Any, Final

from mlstudio.components.catalog import components
from mlstudio.components.core.declaring import (
    ANY,
    CLUSTERING,
    IMAGES,
    MODEL,
    TABLE,
    TRANSFORM,
    UNTRAINED,
    UNTRAINED_CLUSTERING,
    Component,
    Parameter,
)

Node = Mapping[str, Any]

BUILTIN, DATA = "builtin:", "data:"
SCORERS: Final = ("score_model", "assign_data_to_clusters", "score_svd_recommender")

SKIPPED: Final = {
    "split_data": ("dataset", "new data is scored as a whole, not split"),
    "partition_and_sample": ("dataset", "new data is scored as a whole, not sampled"),
    "smote": ("dataset", "made-up rows are for training only"),
    "remove_duplicate_rows": ("dataset", "each row gets an answer, also one that was there before"),
}
"""Components that training needs and scoring does not: the input that takes their place, and why."""

SINKS: Final = ("export_data", "convert_to_csv")
ENDS: Final = frozenset(
    {
        "evaluate_model",
        "evaluate_recommender",
        "permutation_feature_importance",
        "summarize_data",
        "cross_validate_model",
        "filter_based_feature_selection",
        *SKIPPED,
        *SINKS,
    }
)
"""Components that tell something about scores, or use them up; answers are taken before them."""

STATISTICS: Final = frozenset(
    {"summarize_data", "evaluate_model", "evaluate_recommender", "permutation_feature_importance"}
)
"""Components whose results are of the training data, and stay what they were."""

STATIC_INPUTS: Final = frozenset({("score_svd_recommender", "training")})
"""Inputs that take the training data itself."""

_LEARNED: Final = (MODEL, CLUSTERING, UNTRAINED, UNTRAINED_CLUSTERING, TRANSFORM)
_PERCENTILES: Final = ("Percentile", "Mean", "Median")


def builtin_of(node: Node) -> Component | None:
    """Return the component of a node; None where it is data, or a component of the workspace."""
    reference = str(node.get("component", ""))
    if not reference.startswith(BUILTIN):
        return None
    return components().get(reference.removeprefix(BUILTIN).partition(":")[0])


def is_data(node: Node) -> bool:
    """Return whether a node is data."""
    return str(node.get("component", "")).startswith(DATA)


def title_of(node: Node) -> str:
    """Return what a node is called."""
    component = builtin_of(node)
    return str(
        node.get("title") or (component.title if component else str(node.get("component", "")).partition(":")[2])
    )


def parameter_of(node: Node, name: str) -> Any:
    """Return the value that a parameter has; its default where none is given, None where the pipeline gives it."""
    binding = (node.get("inputs") or {}).get(name)
    if binding is not None:
        return binding.get("value")
    component = builtin_of(node)
    known = next((one for one in component.parameters if one.name == name), None) if component else None
    return known.default if known else None


def selectors_of(component: Component) -> list[Parameter]:
    """Return the parameters of a component that select columns."""
    return [one for one in component.parameters if one.kind == "columns"]


def tables_in(component: Component) -> list[str]:
    """Return the input ports of a component that take tables."""
    return [port.name for port in component.inputs if port.type == TABLE]


def tables_out(component: Component) -> list[str]:
    """Return the output ports of a component that give tables."""
    return [port.name for port in component.outputs if port.type == TABLE]


def fitted_port(component: Component) -> str:
    """Return the output with what a component has learned of its dataset, to be applied to others; "" if there is none."""
    found = [port.name for port in component.outputs if port.type == TRANSFORM]
    return found[0] if found and "dataset" in tables_in(component) else ""


def type_of_output(component: Component, port: str) -> str:
    """Return the type of an output."""
    return next((one.type for one in component.outputs if one.name == port), "")


def is_saved(component: Component, port: str) -> bool:
    """Return whether an output is taken as training has left it: models, transformations, and tables beside them."""
    if type_of_output(component, port) in _LEARNED or component.name in STATISTICS:
        return True
    if any(one.type in (MODEL, CLUSTERING) for one in component.outputs):
        return True
    tables = tables_out(component)
    beside = fitted_port(component) or component.name in (
        "filter_based_feature_selection",
        "extract_n_gram_features_from_text",
    )
    return bool(beside and tables and port != tables[0])


def refusal(node: Node, is_realtime: bool) -> str:
    """Return why a component cannot be among those that score, as the end of a sentence; "" where it can."""
    component = builtin_of(node)
    if component is None:
        return "runs as a job of its own, which an endpoint cannot wait for" if is_realtime else ""
    if component.name == "clip_values":
        asked = {parameter_of(node, name) for name in ("threshold", "upper_substitute", "lower_substitute")}
        if asked & set(_PERCENTILES):
            return "takes its thresholds from all rows that come, which are others than those of the training"
    if any(port.type == IMAGES for port in (*component.inputs, *component.outputs)) and is_realtime:
        return "works on folders of images, and a request brings rows"
    if any(port.type == ANY for port in component.outputs) and is_realtime:
        return "leaves files, and an endpoint writes none"
    return ""
