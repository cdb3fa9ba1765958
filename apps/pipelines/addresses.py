"""Where programs call published pipelines."""

from django.conf import settings
from django.urls import reverse

from apps.pipelines.models import PipelineEndpoint, PublishedPipeline
from studio.environment import is_localhost


def endpoint_url(endpoint: PipelineEndpoint) -> str:
    """Return where an endpoint is called."""
    return _absolute(reverse("api-submit-pipeline-endpoint", args=[endpoint.workspace.name, endpoint.pk]))


def published_url(published: PublishedPipeline) -> str:
    """Return where a published pipeline is called by itself."""
    return _absolute(reverse("api-submit-published", args=[published.workspace.name, published.pk]))


def _absolute(path: str) -> str:
    """Return an address for programs: not all of them know names under ``localhost``, but 127.0.0.1 they do."""
    studio = settings.STUDIO
    if not is_localhost(studio.hostname):
        return f"{studio.url}{path}"
    return f"http://127.0.0.1:{studio.port}{path}"
