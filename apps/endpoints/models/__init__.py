from apps.endpoints.models.collecting import CollectedPart
from apps.endpoints.models.deployment import Deployment, Replica, Revision
from apps.endpoints.models.endpoint import Endpoint, EndpointQuerySet
from apps.endpoints.models.figures import DeploymentLoad, RequestFigures, RequestRecord
from apps.endpoints.models.readings import DeploymentReading, ScaleEvent

__all__ = [
    "CollectedPart",
    "Deployment",
    "DeploymentLoad",
    "DeploymentReading",
    "Endpoint",
    "EndpointQuerySet",
    "Replica",
    "RequestFigures",
    "RequestRecord",
    "Revision",
    "ScaleEvent",
]
