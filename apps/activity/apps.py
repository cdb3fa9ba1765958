from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActivityConfig(AppConfig):
    name = "apps.activity"
    label = "activity"

    def ready(self) -> None:
        from apps.activity import cards, recorder, services
        from apps.core import hooks
        from apps.workspaces.roles import Action
        from apps.workspaces.tabs import SettingsTab, settings_tabs

        hooks.audit_recorded.add(recorder.record)
        settings_tabs.add(lambda: SettingsTab(_("Activity"), "activity:workspace", Action.ACTIVITY_READ, 50))
        hooks.home_cards.add(cards.recent_activity)
        hooks.notice_given.add(services.give)
