from django.apps import AppConfig


class WorkspacesConfig(AppConfig):
    name = "apps.workspaces"
    label = "workspaces"

    def ready(self) -> None:
        from apps.core import hooks
        from apps.workspaces import entries, holdings, tabs
        from apps.workspaces.services import accept_offer, check_offer, describe_offer, note_offer

        hooks.navigation.add(entries.navigation)
        hooks.search.add(entries.search)
        hooks.token_workspaces.add(entries.token_workspaces)
        hooks.workspace_holds.add(holdings.own_holdings)
        hooks.invitation_offered.add(check_offer)
        hooks.invitation_made.add(note_offer)
        hooks.invitation_described.add(describe_offer)
        hooks.invitation_accepted.add(accept_offer)
        tabs.add_own_tabs()
