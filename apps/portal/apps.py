from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "apps.portal"
    label = "portal"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from apps.activity import verbs
        from apps.core import hooks
        from apps.portal import checks

        for check in checks.ALL:
            hooks.system_checks.add(check)
        verbs.register("task.retried", _("Task tried again"), _("%(actor)s had the task %(target)s tried again"))
        verbs.register("task.discarded", _("Task discarded"), _("%(actor)s gave the task %(target)s up"))
