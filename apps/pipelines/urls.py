"""Pages of components and published pipelines, below ``/workspaces/<name>/``. No component's name begins as ``-/`` does."""

from django.urls import path

from apps.pipelines.urls_runs import run_patterns
from apps.pipelines.views import component_edit, components, endpoint_edit, endpoints, published

app_name = "pipelines"

_component = "components/<str:component_name>/"
_published = "pipelines/published/<uuid:published_id>/"
_endpoint = "pipelines/endpoints/<uuid:pipeline_endpoint_id>/"

urlpatterns = [
    path("components/", components.components, name="components"),
    path("components/-/new/", component_edit.new, name="new-component"),
    *(
        path(f"components/-/{deed}/", components.change_components, {"deed": deed}, f"{deed}-components")
        for deed in components.COMPONENT_DEEDS
    ),
    path(_component, components.details, name="component"),
    path(f"{_component}versions/", components.versions, name="component-versions"),
    path(f"{_component}code/", components.code, name="component-code"),
    path(f"{_component}yaml/", components.as_yaml, name="component-yaml"),
    path(f"{_component}uses/", components.uses, name="component-uses"),
    path(f"{_component}compare/", components.compare_versions, name="component-compare"),
    path(f"{_component}archive/", component_edit.archive, {"archived": True}, name="archive-component"),
    path(f"{_component}restore/", component_edit.archive, {"archived": False}, name="restore-component"),
    # Of the version that ``?version=`` names, else of the latest.
    path(f"{_component}version/description/", component_edit.description, name="component-description"),
    path(f"{_component}version/tags/", component_edit.tags, name="component-tags"),
    path(
        f"{_component}version/archive/", component_edit.archive_version, {"archived": True}, "archive-component-version"
    ),
    path(
        f"{_component}version/restore/",
        component_edit.archive_version,
        {"archived": False},
        "restore-component-version",
    ),
    *(
        path(f"{_component}versions/{deed}/", components.change_versions, {"deed": deed}, f"{deed}-component-versions")
        for deed in components.VERSION_DEEDS
    ),
    path("pipelines/publish/<uuid:run_id>/", published.publish, name="publish-run"),
    path("pipelines/published/", published.all_published, name="all-published"),
    path(_published, published.details, name="published"),
    path(f"{_published}runs/", published.runs, name="published-runs"),
    path(f"{_published}edit/", published.edit, name="edit-published"),
    path(f"{_published}submit/", published.submit, name="submit-published"),
    path(f"{_published}enable/", published.switch, {"enabled": True}, name="enable-published"),
    path(f"{_published}disable/", published.switch, {"enabled": False}, name="disable-published"),
    path("pipelines/endpoints/", endpoints.endpoints, name="endpoints"),
    *(
        path(f"pipelines/endpoints/{deed}/", endpoints.change_endpoints, {"deed": deed}, f"{deed}-endpoints")
        for deed in endpoints.DEEDS
    ),
    path(_endpoint, endpoints.overview, name="endpoint"),
    path(f"{_endpoint}published/", endpoints.versions, name="endpoint-versions"),
    path(f"{_endpoint}runs/", endpoints.runs, name="endpoint-runs"),
    path(f"{_endpoint}submit/", endpoints.submit, name="submit-endpoint"),
    path(f"{_endpoint}edit/", endpoint_edit.edit, name="edit-endpoint"),
    path(f"{_endpoint}default/", endpoint_edit.set_default, name="default-version"),
    path(f"{_endpoint}keys/regenerate/", endpoint_edit.regenerate, name="regenerate-key"),
    path(f"{_endpoint}enable/", endpoint_edit.switch, {"enabled": True}, name="enable-endpoint"),
    path(f"{_endpoint}disable/", endpoint_edit.switch, {"enabled": False}, name="disable-endpoint"),
    path(f"{_endpoint}archive/", endpoint_edit.archive, {"archived": True}, name="archive-endpoint"),
    path(f"{_endpoint}restore/", endpoint_edit.archive, {"archived": False}, name="restore-endpoint"),
    *run_patterns,
]
