"""``python manage.py up``: start the studio and keep it running in the foreground."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from studio.launcher.up import up


class Command(BaseCommand):
    """Starts every process of the studio on this machine."""

    help = "Start the studio on this machine and keep it running; Ctrl-C stops it."
    requires_system_checks = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run until told to stop."""
        sys.exit(up(settings.STUDIO))
