from django.apps import AppConfig


class EndpointsConfig(AppConfig):
    name = "apps.endpoints"
    label = "endpoints"

    def ready(self) -> None:
        from apps.compute.hooks import work_changed, work_links
        from apps.core import hooks
        from apps.endpoints import entries, services
        from apps.experiments.hooks import run_actions
        from apps.registry import hooks as registry

        entries.register_verbs()
        work_changed.add(services.follow_order)
        work_links.add(entries.work_links)
        registry.model_uses.add(entries.model_uses)
        registry.model_actions.add(entries.model_actions)
        run_actions.add(entries.run_actions)
        hooks.navigation.add(entries.navigation)
        hooks.search.add(entries.search)
        hooks.workspace_holds.add(entries.workspace_holds)
        hooks.workspace_destroyed.add(services.free_workspace)
