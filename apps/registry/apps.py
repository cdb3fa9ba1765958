from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "apps.registry"
    label = "registry"

    def ready(self) -> None:
        from apps.core import hooks
        from apps.registry import entries, services

        entries.register_verbs()
        hooks.navigation.add(entries.navigation)
        hooks.search.add(entries.search)
        hooks.workspace_holds.add(entries.workspace_holds)
        hooks.workspace_destroyed.add(services.free_workspace)
        hooks.content_sources.add(entries.content_source)
