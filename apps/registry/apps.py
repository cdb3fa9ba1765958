from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "apps.registry"
    label = "registry"

    def ready(self) -> None:
        from apps.core import hooks
        from apps.experiments import hooks as runs
        from apps.registry import entries, providing, services

        entries.register_verbs()
        runs.run_links.add(entries.run_links)
        runs.run_actions.add(entries.run_actions)
        hooks.navigation.add(entries.navigation)
        hooks.search.add(entries.search)
        hooks.workspace_holds.add(entries.workspace_holds)
        hooks.workspace_destroyed.add(services.free_workspace)
        hooks.content_sources.add(entries.content_source)
        runs.data_providers.add(providing.ModelProvider)
        runs.register_output.add(providing.register_output)
        runs.run_ended.add(services.follow_run)
