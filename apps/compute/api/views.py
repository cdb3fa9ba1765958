"""Machines for people to read, and the heartbeats of their agents."""

from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.compute import services
from apps.compute.api.authentication import AgentAuthentication
from apps.compute.api.serializers import AgentSerializer, HeartbeatAnswerSerializer, HeartbeatSerializer
from apps.compute.filters import AgentFilter
from apps.compute.models import Agent
from apps.compute.states import HEARTBEAT_S
from apps.core.access import Access, Level


class AgentCollection(ListAPIView[Agent]):
    """The machines that work for the studio."""

    access = Access(Level.SIGNED_IN, {"GET": ""})
    serializer_class = AgentSerializer
    filterset_class = AgentFilter
    queryset = Agent.objects.all()


class AgentItem(RetrieveAPIView[Agent]):
    """One machine."""

    access = Access(Level.SIGNED_IN, {"GET": ""})
    serializer_class = AgentSerializer
    queryset = Agent.objects.all()


class Heartbeat(APIView):
    """Takes the heartbeats of agents."""

    access = Access(Level.MACHINE, {"POST": ""})
    authentication_classes = (AgentAuthentication,)

    @extend_schema(request=HeartbeatSerializer, responses=HeartbeatAnswerSerializer)
    def post(self, request: Request) -> Response:
        """Store how the machine is. The answer says which agent this is and when to send the next heartbeat."""
        heartbeat = HeartbeatSerializer(data=request.data)
        heartbeat.is_valid(raise_exception=True)
        agent: Agent = request.user.agent  # type: ignore[union-attr]
        services.record_heartbeat(agent, heartbeat.to_facts())
        return Response(HeartbeatAnswerSerializer({"agent": agent.pk, "heartbeat_s": HEARTBEAT_S}).data)
