"""Pipelines that score: made of runs, brought up to date, deployed."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.designer.api.drafts import OneDraftAPI
from apps.designer.api.serializers import DraftSerializer
from apps.designer.inference import deploying, services
from apps.designer.inference.deploying import DEPLOYMENT, Deploy
from apps.designer.models import InferenceKind
from apps.endpoints.states import LONGEST_TIMEOUT_MS, MOST_INSTANCES, AuthMode
from apps.workspaces.access import workspace_access
from apps.workspaces.roles import Action


class CreateInferenceSerializer(serializers.Serializer[Any]):
    """How a training pipeline becomes one that scores. `scorer`: the node whose scores are wanted, where there are several."""

    kind = serializers.ChoiceField(choices=InferenceKind.choices, default=InferenceKind.REALTIME)
    scorer = serializers.CharField(max_length=255, required=False, allow_blank=True)
    name = serializers.CharField(max_length=255, required=False, allow_blank=True)


class NoteSerializer(serializers.Serializer[Any]):
    """What became of a node, and why."""

    node = serializers.CharField(allow_blank=True)
    action = serializers.CharField()
    message = serializers.CharField()


class InferenceSerializer(serializers.Serializer[Any]):
    """The draft that scores, what was replaced in it and why, and which columns need not be given."""

    draft = DraftSerializer()
    notes = NoteSerializer(many=True)
    labels = serializers.ListField(child=serializers.CharField())


class UpdatedSerializer(serializers.Serializer[Any]):
    """What an update has changed, in sentences; nothing where the newest run has trained the same."""

    changes = serializers.ListField(child=serializers.CharField())


class DeploySerializer(serializers.Serializer[Any]):
    """Where a pipeline shall answer. `endpoint`: a new name, or that of one that is there; so `deployment`."""

    endpoint = serializers.CharField(max_length=32)
    deployment = serializers.CharField(max_length=32, default=DEPLOYMENT)
    instance_count = serializers.IntegerField(min_value=1, max_value=MOST_INSTANCES, default=1)
    auth_mode = serializers.ChoiceField(choices=AuthMode.choices, required=False)
    timeout_ms = serializers.IntegerField(min_value=1, max_value=LONGEST_TIMEOUT_MS, required=False)


class DeployedSerializer(serializers.Serializer[Any]):
    """What was made or updated."""

    endpoint = serializers.CharField()
    deployment = serializers.CharField()
    model = serializers.CharField()
    url = serializers.CharField()


class DraftInference(OneDraftAPI, APIView):
    """Of a draft that has trained, one that scores."""

    access = workspace_access(post=Action.PIPELINES_WRITE)

    @extend_schema(request=CreateInferenceSerializer, responses={201: InferenceSerializer})
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Make an inference pipeline of the draft's last run, which must have completed."""
        command = CreateInferenceSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        run = services.trained_run(self.draft)
        run.workspace = self.workspace
        made = services.create_inference(actor=self.actor, run=run, training_draft=self.draft, **command.validated_data)
        link = made.inference
        shown = {"draft": made, "notes": link.notes, "labels": link.labels}
        return Response(InferenceSerializer(shown).data, status=201)


class UpdateInference(OneDraftAPI, APIView):
    """An inference pipeline with what was trained since."""

    access = workspace_access(post=Action.PIPELINES_WRITE)

    @extend_schema(request=None, responses=UpdatedSerializer)
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Take models and fitted transformations of the newest completed run of the training. What people changed stays."""
        return Response({"changes": services.update_inference(actor=self.actor, draft=self.draft)})


class DeployDraft(OneDraftAPI, APIView):
    """A real-time inference pipeline behind an endpoint."""

    access = workspace_access(post=Action.ENDPOINTS_WRITE)

    @extend_schema(request=DeploySerializer, responses={202: DeployedSerializer})
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Make or update a deployment of the pipeline as it ran last. It answers when its servers are ready; the endpoint's page
        and API say how far it is."""
        command = DeploySerializer(data=request.data)
        command.is_valid(raise_exception=True)
        said = dict(command.validated_data)
        timeout = said.pop("timeout_ms", None)
        asked = Deploy(**said, request_settings={"timeout_ms": timeout} if timeout else {})
        deployment = deploying.deploy(actor=self.actor, draft=self.draft, asked=asked)
        revision = deployment.shown_revision
        shown = {
            "endpoint": deployment.endpoint.name,
            "deployment": deployment.name,
            "model": revision.model_name if revision else "",
            "url": deployment.endpoint.get_absolute_url(),
        }
        return Response(DeployedSerializer(shown).data, status=202)
