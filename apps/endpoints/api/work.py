"""What runners call about the server they carry out."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.compute.api.authentication import WorkAuthentication
from apps.compute.models import WorkOrder
from apps.core.access import Access, Level
from apps.endpoints import services
from apps.endpoints.api.serializers import ReplicaAnswerSerializer, ReplicaReportSerializer


class WorkReplica(APIView):
    """Takes what runners say of their servers."""

    access = Access(Level.WORK, {"POST": ""})
    authentication_classes = (WorkAuthentication,)

    @extend_schema(request=ReplicaReportSerializer, responses=ReplicaAnswerSerializer)
    def post(self, request: Request) -> Response:
        """Store how a server is. The answer says whether it shall finish what it has, and end."""
        says = ReplicaReportSerializer(data=request.data)
        says.is_valid(raise_exception=True)
        order: WorkOrder = request.user.order  # type: ignore[union-attr]
        return Response({"drain": services.record_report(order, **says.validated_data)})
