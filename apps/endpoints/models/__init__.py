from apps.endpoints.models.deployment import Deployment, Replica, Revision
from apps.endpoints.models.endpoint import Endpoint, EndpointQuerySet
from apps.endpoints.models.figures import RequestFigures, RequestRecord

__all__ = ["Deployment", "Endpoint", "EndpointQuerySet", "Replica", "RequestFigures", "RequestRecord", "Revision"]
