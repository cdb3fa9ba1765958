from django.apps import AppConfig


class ComputeConfig(AppConfig):
    name = "apps.compute"
    label = "compute"

    def ready(self) -> None:
        from apps.compute import entries
        from apps.core import hooks

        hooks.navigation.add(entries.navigation)
        hooks.search.add(entries.search)
        hooks.system_checks.add(entries.system_checks)
        hooks.workspace_created.add(entries.workspace_created)
        entries.register_verbs()
