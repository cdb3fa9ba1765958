"""All built-in components, by name. Reading it needs the standard library alone."""

from __future__ import annotations

import importlib
from functools import lru_cache
from typing import TYPE_CHECKING

from mlstudio.components.core.declaring import CATEGORIES, Component

if TYPE_CHECKING:
    from mlstudio.components.learn.base import Learner

MODULES = (
    "data.manual", "data.moving", "data.converting", "data.web", "transform.columns", "transform.indicators",
    "transform.rows", "transform.arithmetic", "transform.missing", "transform.scaling", "transform.binning",
    "transform.sampling", "transform.splitting", "transform.balancing", "transform.applying", "statistics.summarizing",
    "learn.linear", "learn.trees", "learn.neural", "learn.multiclass", "learn.clustering", "scripts.python",
    "train.training", "train.clusters", "train.evaluating", "train.importance", "train.validating", "text.preprocessing",
    "text.counting", "text.topics", "recommend.svd", "recommend.evaluating", "vision.folders", "vision.transforming",
)  # fmt: skip


@lru_cache(maxsize=1)
def components() -> dict[str, Component]:
    """Return every component by its stable name, in the order of categories and titles."""
    found: list[Component] = []
    for module_name in MODULES:
        module = importlib.import_module(f"mlstudio.components.{module_name}")
        own = [kind for kind in vars(module).values() if getattr(kind, "__module__", "") == module.__name__]
        found += [kind() for kind in own if isinstance(kind, type) and issubclass(kind, Component)]
    found.sort(key=lambda component: (CATEGORIES.index(component.category), component.title))
    return {component.name: component for component in found}


def get(name: str) -> Component:
    """Return a component.

    Raises: KeyError: there is none of that name.
    """
    try:
        return components()[name]
    except KeyError:
        raise KeyError(f"There is no component “{name}”.") from None


def learner(name: str) -> Learner:
    """Return a component that is an algorithm."""
    from mlstudio.components.learn.base import Learner

    component = get(name)
    assert isinstance(component, Learner), name
    return component
