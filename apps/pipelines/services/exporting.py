"""Components as files for Azure ML v2."""

from dataclasses import replace

from apps.pipelines.jobs.export import component_yaml_of
from apps.pipelines.models import ComponentVersion
from apps.pipelines.services.components import component_of


def yaml_of(version: ComponentVersion) -> str:
    """Return the file that a version was registered by, to the letter; else one that describes it."""
    if version.source:
        return version.source
    return component_yaml_of(replace(component_of(version), reference="", id=""), version.version, version.tags)
