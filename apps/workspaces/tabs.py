"""The tabs of a workspace's settings; apps further left add theirs in ``ready()``."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from apps.core.hooks import Hook, Text
from apps.workspaces.roles import Action


@dataclass(frozen=True)
class SettingsTab:
    """A page of the settings. ``action`` is what the policy table must allow for it to be shown."""

    label: Text
    url_name: str
    action: Action
    order: int


settings_tabs: Hook[[], SettingsTab] = Hook("settings_tabs")


def add_own_tabs() -> None:
    """Add the tabs of this app."""
    settings_tabs.add(lambda: SettingsTab(_("General"), "workspaces:settings", Action.WORKSPACE_ENTER, 10))
    settings_tabs.add(lambda: SettingsTab(_("Members"), "workspaces:members", Action.MEMBERS_READ, 20))
    settings_tabs.add(lambda: SettingsTab(_("Secrets"), "workspaces:secrets", Action.SECRETS_LIST, 30))
    settings_tabs.add(lambda: SettingsTab(_("Aliases"), "workspaces:aliases", Action.ALIASES_READ, 40))
