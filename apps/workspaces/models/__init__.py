from apps.workspaces.models.alias import Alias
from apps.workspaces.models.membership import Membership
from apps.workspaces.models.offer import Offer
from apps.workspaces.models.secret import Secret
from apps.workspaces.models.workspace import Workspace

__all__ = ["Alias", "Membership", "Offer", "Secret", "Workspace"]
