"""What agents and runners call: leases, signs of life, ends."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.compute import services
from apps.compute.api.authentication import AgentAuthentication, WorkAuthentication
from apps.compute.api.work_serializers import (
    LeaseAnswerSerializer,
    LeaseSerializer,
    WorkEndAnswerSerializer,
    WorkEndSerializer,
    WorkHeartbeatAnswerSerializer,
    WorkHeartbeatSerializer,
)
from apps.compute.events import agent_topic
from apps.compute.models import Agent, WorkOrder
from apps.compute.states import WORK_HEARTBEAT_S
from apps.core.access import Access, Level
from apps.core.long_poll import BRIEF_S, may_wait


class Lease(APIView):
    """Gives agents work."""

    access = Access(Level.MACHINE, {"POST": ""})
    authentication_classes = (AgentAuthentication,)

    @extend_schema(request=LeaseSerializer, responses=LeaseAnswerSerializer)
    def post(self, request: Request) -> Response:
        """Give an agent work for its free slots, and say what to cancel and what is no longer its own.

        Where there is nothing to say, the answer takes up to `wait_s` seconds. What `over` names must not be listed again.
        """
        asked = LeaseSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        agent: Agent = request.user.agent  # type: ignore[union-attr]
        answer = services.lease(
            agent, free_slots=data["free_slots"], free_builds=data["free_builds"], held=data["orders"]
        )
        response = Response(LeaseAnswerSerializer(answer).data)
        if not answer.orders:
            # What is to be canceled is told again and again until it has ended, but not as fast as the agent can ask.
            told = bool(answer.cancel or answer.over)
            may_wait(response, agent_topic(agent.token_hash), min(data["wait_s"], BRIEF_S) if told else data["wait_s"])
        return response


class WorkHeartbeat(APIView):
    """Takes the signs of life of runners."""

    access = Access(Level.WORK, {"POST": ""})
    authentication_classes = (WorkAuthentication,)

    @extend_schema(request=WorkHeartbeatSerializer, responses=WorkHeartbeatAnswerSerializer)
    def post(self, request: Request) -> Response:
        """Store what a runner does now. The answer says whether to cancel, and whether the work is over."""
        says = WorkHeartbeatSerializer(data=request.data)
        says.is_valid(raise_exception=True)
        order: WorkOrder = request.user.order  # type: ignore[union-attr]
        now = services.record_progress(order, **says.validated_data)
        over = now.is_over or now.attempt != order.attempt
        cancel = {"reason": now.cancel_reason} if now.cancel_requested_at and not over else None
        return Response({"cancel": cancel, "heartbeat_s": WORK_HEARTBEAT_S, "over": over})


class WorkEnd(APIView):
    """Takes the ends of work."""

    access = Access(Level.WORK, {"POST": ""})
    authentication_classes = (WorkAuthentication,)

    @extend_schema(request=WorkEndSerializer, responses=WorkEndAnswerSerializer)
    def post(self, request: Request) -> Response:
        """Store how work ended. Said again, or after the studio gave it up, it changes nothing; the answer says what holds."""
        says = WorkEndSerializer(data=request.data)
        says.is_valid(raise_exception=True)
        order: WorkOrder = request.user.order  # type: ignore[union-attr]
        return Response(WorkEndAnswerSerializer(services.end_work(order, **says.validated_data)).data)
