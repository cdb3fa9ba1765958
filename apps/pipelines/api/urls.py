"""Addresses of components and pipelines below ``/api/v1/``."""

from django.urls import path

from apps.pipelines.api import calling, components, publishing, steps

_workspace = "workspaces/<str:name>/"
_component = f"{_workspace}components/<str:component_name>/"
_version = f"{_component}versions/<str:version>/"
_published = f"{_workspace}pipelines/published/"
_one_published = f"{_published}<uuid:published_id>/"
_endpoints = f"{_workspace}pipelines/endpoints/"
_endpoint = f"{_endpoints}<uuid:pipeline_endpoint_id>/"

urlpatterns = [
    path(f"{_workspace}runs/<uuid:run_id>/graph/", steps.RunGraph.as_view()),
    path(f"{_workspace}runs/<uuid:run_id>/steps/", steps.RunSteps.as_view()),
    path(f"{_workspace}components/", components.ComponentCollection.as_view()),
    path(f"{_workspace}components/-/check/", components.CheckComponentFile.as_view()),
    path(_component, components.ComponentItem.as_view()),
    path(f"{_component}compare/", components.ComponentCompare.as_view()),
    path(f"{_component}versions/", components.VersionCollection.as_view()),
    path(_version, components.VersionItem.as_view()),
    path(f"{_version}yaml/", components.VersionFile.as_view()),
    path(f"{_version}code/", components.VersionCode.as_view()),
    path(f"{_version}code/content/", components.VersionCodeContent.as_view()),
    path(f"{_version}code/zip/", components.VersionCodeZip.as_view()),
    path(_published, publishing.PublishedCollection.as_view()),
    path(_one_published, publishing.PublishedItem.as_view()),
    path(f"{_one_published}graph/", publishing.PublishedGraph.as_view(), name="api-published-graph"),
    path(f"{_one_published}submit/", calling.CallPublished.as_view(), name="api-submit-published"),
    path(_endpoints, publishing.EndpointCollection.as_view()),
    path(_endpoint, publishing.EndpointItem.as_view()),
    path(f"{_endpoint}versions/", publishing.EndpointVersions.as_view()),
    path(f"{_endpoint}keys/", publishing.EndpointKeys.as_view()),
    path(f"{_endpoint}submit/", calling.CallEndpoint.as_view(), name="api-submit-pipeline-endpoint"),
]
