"""What can be dragged onto a canvas: built-in components, those of the workspace, and its data."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.urls import reverse

from apps.core.errors import UserError
from apps.data.models import Dataset, DatasetVersion
from apps.data.services import find_version as find_dataset_version
from apps.designer.services.columns import schema_of, shown_schema
from apps.pipelines.graph.types import Component, InputPort
from apps.pipelines.models import Component as ComponentRow
from apps.pipelines.models import ComponentVersion
from apps.pipelines.services.components import component_of, get_component
from apps.pipelines.services.components import find_version as find_component_version
from apps.workspaces.models import Workspace
from mlstudio.components.catalog import components as builtins
from mlstudio.components.core.declaring import CATEGORIES
from mlstudio.components.core.describing import declaration

MOST: Final = 50
KINDS: Final = {"integer": "int", "number": "float", "boolean": "bool", "string": "text"}
FOLDER: Final = "uri_folder"


def palette() -> dict[str, Any]:
    """Return all built-in components by category; the same in every workspace."""
    return {
        "categories": list(CATEGORIES),
        "components": [declaration(component) for component in builtins().values()],
    }


def search(workspace: Workspace, text: str, kind: str = "") -> list[dict[str, Any]]:
    """Return components of the workspace and its data whose names hold a text, the ones last changed first.

    Args: kind: ``components`` or ``data``; "" for both.
    """
    text = text.replace("\x00", "")
    found = _components(workspace, text) if kind in ("", "components") else []
    return (found + (_data(workspace, text) if kind in ("", "data") else []))[:MOST]


def _components(workspace: Workspace, text: str) -> list[dict[str, Any]]:
    rows = ComponentRow.objects.filter(workspace=workspace, archived_at=None, name__icontains=text)
    ids = rows.exclude(latest=None).order_by("-latest_at").values_list("latest", flat=True)[:MOST]
    versions = ComponentVersion.objects.filter(pk__in=list(ids), archived_at=None)
    related = versions.select_related("component__workspace").order_by("-component__latest_at")
    return [declared_component(version) for version in related]


def _data(workspace: Workspace, text: str) -> list[dict[str, Any]]:
    rows = Dataset.objects.filter(workspace=workspace, archived_at=None, name__icontains=text)
    ids = rows.exclude(latest=None).order_by("-latest_at").values_list("latest", flat=True)[:MOST]
    versions = DatasetVersion.objects.filter(pk__in=list(ids)).select_related("dataset")
    return [declared_data(workspace, version) for version in versions.order_by("-dataset__latest_at")]


def declared(workspace: Workspace, references: Iterable[str]) -> list[dict[str, Any]]:
    """Return what nodes name, ``component:train:3`` and ``data:azureml:people:2``, as far as it is there."""
    found = []
    for reference in dict.fromkeys(references):
        kind, _colon, rest = reference.partition(":")
        try:
            if kind == "component":
                name, _colon, version = rest.partition(":")
                row = find_component_version(get_component(workspace, name.replace("\x00", "")), version)
                found.append(declared_component(row))
            elif kind == "data" and rest.startswith("azureml:") and "/" not in rest:
                found.append(
                    {**declared_data(workspace, find_dataset_version(workspace, rest)), "reference": reference}
                )
        except UserError:  # the check says so at the node
            continue
    return found


def used_in(document: Mapping[str, Any]) -> list[str]:
    """Return what the nodes of a document name that is not built in."""
    named = (node["component"] for node in document.get("nodes", {}).values())
    return [reference for reference in dict.fromkeys(named) if not reference.startswith("builtin:")]


def declared_component(version: ComponentVersion) -> dict[str, Any]:
    """Return a registered component as built-in ones are declared."""
    component = component_of(version)
    return {
        "reference": f"component:{version.reference}",
        "kind": "component",
        "name": component.name,
        "version": version.version,
        "title": component.display_name or component.name,
        "category": "",
        "help": component.description,
        "inputs": [
            {"name": name, "title": name, "type": port.type, "optional": port.optional or port.default is not None}
            for name, port in component.inputs.items()
            if not port.is_literal
        ],
        "outputs": _outputs(component),
        "parameters": [_parameter(name, port) for name, port in component.inputs.items() if port.is_literal],
        "type": "",
        "url": version.get_absolute_url(),
    }


def declared_data(workspace: Workspace, version: DatasetVersion) -> dict[str, Any]:
    """Return a dataset as something that has one output."""
    return {
        "reference": f"data:azureml:{version.reference}",
        "kind": "data",
        "name": version.dataset.name,
        "version": str(version.number),
        "title": version.dataset.name,
        "category": "",
        "help": version.dataset.description,
        "inputs": [],
        "outputs": [{"name": "data", "title": "", "type": FOLDER, "optional": False}],
        "parameters": [],
        "type": FOLDER,
        "url": f"{reverse('data:dataset', args=[workspace.name, version.dataset.name])}?version={version.number}",
        "schema": shown_schema(schema_of(version)),
    }


def _outputs(component: Component) -> list[dict[str, Any]]:
    return [
        {"name": name, "title": name, "type": port.type, "optional": False} for name, port in component.outputs.items()
    ]


def _parameter(name: str, port: InputPort) -> dict[str, Any]:
    facts = {
        "help": port.description,
        "minimum": port.minimum,
        "maximum": port.maximum,
        "choices": [str(choice) for choice in port.enum],
    }
    return {
        "name": name,
        "title": name,
        "kind": "choice" if port.enum else KINDS[port.type],
        "default": port.default,
        "required": not port.optional and port.default is None,
        **{key: value for key, value in facts.items() if value not in (None, "", [])},
    }
