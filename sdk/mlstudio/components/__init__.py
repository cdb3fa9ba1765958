"""The designer's built-in components: what they are, read by anyone; what they do, run where polars and scikit-learn are."""

from mlstudio.components.catalog import components, get
from mlstudio.components.core.checking import check_parameters, propagate
from mlstudio.components.core.declaring import Component, Parameter, Port
from mlstudio.components.core.describing import declaration
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.schema import Column, Schema, schema_from_json, schema_to_json
from mlstudio.components.core.selecting import select

__all__ = [
    "Column",
    "Component",
    "ComponentError",
    "Parameter",
    "Port",
    "Schema",
    "check_parameters",
    "components",
    "declaration",
    "get",
    "propagate",
    "schema_from_json",
    "schema_to_json",
    "select",
]
