from apps.endpoints.models.collecting import CollectedPart
from apps.endpoints.models.deployment import Deployment, Replica, Revision
from apps.endpoints.models.endpoint import Endpoint, EndpointQuerySet
from apps.endpoints.models.figures import DeploymentLoad, RequestFigures, RequestRecord

__all__ = [
    "CollectedPart",
    "Deployment",
    "DeploymentLoad",
    "Endpoint",
    "EndpointQuerySet",
    "Replica",
    "RequestFigures",
    "RequestRecord",
    "Revision",
]
