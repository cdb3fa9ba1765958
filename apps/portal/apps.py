from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "apps.portal"
    label = "portal"

    def ready(self) -> None:
        from apps.core import hooks
        from apps.portal import checks

        for check in checks.ALL:
            hooks.system_checks.add(check)
