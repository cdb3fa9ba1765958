"""Calls of published pipelines, with the bodies that Azure ML v1 has: answered at once with the run's id."""

import difflib
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.api.idempotency import Idempotent
from apps.core.errors import InvalidInput
from apps.pipelines.api.authentication import EndpointKeyAuthentication, KeyHolder
from apps.pipelines.api.serializers import CalledSerializer, CallSerializer
from apps.pipelines.models import PublishedPipeline
from apps.pipelines.services import endpoints, publishing
from apps.pipelines.services.publishing import Call
from apps.workspaces.access import WorkspaceAPI, workspace_access
from apps.workspaces.roles import Action

# What clients of Azure ML send beside; nothing here depends on it.
PASSED_OVER: Final = frozenset({
    "runtype", "parentrunid", "scheduleid", "submissioninfo", "steptags", "properties", "runid", "enablenotification",
    "assetoutputsettingsassignments", "globaljobdatastore", "pipelineendpointid", "pipelineid",
})  # fmt: skip
ALSO_CALLED: Final = {"continuerunonstepfailure": "ContinueOnStepFailure"}
VERSION: Final = OpenApiParameter(
    "PipelineVersion", str, description="A version of the endpoint; else its default one."
)


class CallPublished(WorkspaceAPI, Idempotent, APIView):
    """Runs a published pipeline."""

    access = workspace_access(post=Action.RUNS_WRITE)

    @extend_schema(request=CallSerializer, responses=CalledSerializer)
    def post(self, request: Request, name: str, published_id: UUID) -> Response:
        """Submit a run of the pipeline, and return its id at once."""
        published = publishing.find_published(self.workspace, published_id)
        call = call_of(published, body_of_call(request))
        run = publishing.submit_published(actor=self.actor, published=published, call=call)
        return Response({"Id": str(run.pk)})


class CallEndpoint(WorkspaceAPI, Idempotent, APIView):
    """Runs a version of a pipeline endpoint, for members and for whoever holds one of its keys."""

    access = workspace_access(post=Action.RUNS_WRITE)
    authentication_classes = (EndpointKeyAuthentication, *APIView.authentication_classes)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let a key open its endpoint; ask the policy about all others."""
        if isinstance(request.user, KeyHolder):
            self.workspace = request.user.endpoint.workspace
            super(WorkspaceAPI, self).initial(request, *args, **kwargs)
        else:
            super().initial(request, *args, **kwargs)

    @extend_schema(parameters=[VERSION], request=CallSerializer, responses=CalledSerializer)
    def post(self, request: Request, name: str, pipeline_endpoint_id: UUID) -> Response:
        """Submit a run of the default version, or of the one that is asked for, and return its id at once."""
        holder = request.user if isinstance(request.user, KeyHolder) else None
        endpoint = holder.endpoint if holder else endpoints.find_endpoint(self.workspace, pipeline_endpoint_id)
        body = body_of_call(request)
        version = endpoints.find_endpoint_version(endpoint, body.get("PipelineVersion") or _version_in(request))
        call = call_of(version.published, body, caller=holder.key if holder else "")
        run = publishing.submit_published(
            actor=None if holder else self.actor, published=version.published, call=call, endpoint=endpoint
        )
        return Response({"Id": str(run.pk)})


def body_of_call(request: Request) -> dict[str, Any]:
    """Return what a call says, by the names as they are documented; in the address, case does not matter, nor here.

    Raises:
        InvalidInput: a name means nothing, or a value is of the wrong form.
    """
    known = {name.lower(): name for name in CallSerializer().get_fields()} | ALSO_CALLED
    given = request.data if isinstance(request.data, dict) else {}
    said: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for key, value in given.items():
        name = known.get(str(key).lower())
        if name is not None:
            said[name] = value
        elif str(key).lower() not in PASSED_OVER:
            near = difflib.get_close_matches(str(key).lower(), known, n=1)
            hint = _(" Did you mean “%(name)s”?") % {"name": known[near[0]]} if near else ""
            errors[str(key)[:100]] = [_("A call has no field of this name.") + hint]
    if errors:
        raise InvalidInput(errors)
    command = CallSerializer(data=said)
    command.is_valid(raise_exception=True)
    return {name: value for name, value in command.validated_data.items() if value is not None}


def call_of(published: PublishedPipeline, body: dict[str, Any], *, caller: str = "") -> Call:
    """Return what a body asks of a published pipeline."""
    inputs, places = publishing.read_call(published, body)
    return Call(
        inputs=inputs,
        places=places,
        experiment_name=body.get("ExperimentName", ""),
        display_name=body.get("DisplayName", ""),
        description=body.get("Description", ""),
        tags=body.get("Tags", {}),
        continue_on_step_failure=body.get("ContinueOnStepFailure"),
        source=body.get("RunSource", ""),
        caller=caller,
    )


def _version_in(request: Request) -> str:
    """Return the version that the address asks for, whatever the case of the name."""
    asked = {name.lower(): str(value) for name, value in request.query_params.items()}
    return asked.get("pipelineversion") or asked.get("version", "")
