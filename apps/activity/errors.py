"""What can go wrong with notifications."""

from apps.core.errors import PlatformError


class LeavesTheSite(PlatformError):
    """Code gave a notification an address that is not a path on this site."""

    code = "notification_leaves_the_site"
