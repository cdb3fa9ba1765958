from django.apps import AppConfig


class DesignerConfig(AppConfig):
    name = "apps.designer"
    label = "designer"

    def ready(self) -> None:
        from apps.core import hooks
        from apps.designer import entries
        from apps.experiments import hooks as runs

        runs.run_actions.add(entries.run_actions)
        entries.register_verbs()
        hooks.navigation.add(entries.navigation)
        hooks.search.add(entries.search)
        hooks.workspace_holds.add(entries.workspace_holds)
