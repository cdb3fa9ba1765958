from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "apps.portal"
    label = "portal"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from apps.activity import verbs
        from apps.core import hooks
        from apps.experiments.hooks import run_starts
        from apps.portal import checks, entries

        for check in checks.ALL:
            hooks.system_checks.add(check)
        hooks.navigation.add(entries.navigation)
        hooks.search.add(entries.search)
        hooks.home_cards.add(entries.home_cards)
        run_starts.add(entries.run_start)
        verbs.register("task.retried", _("Task tried again"), _("%(actor)s had the task %(target)s tried again"))
        verbs.register("task.discarded", _("Task discarded"), _("%(actor)s gave the task %(target)s up"))
