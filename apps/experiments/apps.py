from django.apps import AppConfig


class ExperimentsConfig(AppConfig):
    name = "apps.experiments"
    label = "experiments"

    def ready(self) -> None:
        from apps.compute.hooks import work_changed, work_links
        from apps.core import hooks
        from apps.experiments import entries, services
        from apps.experiments import hooks as own_hooks
        from apps.experiments.content import content_source
        from apps.experiments.run_data import RunFilesProvider
        from apps.experiments.scheduling.file import write_schedule_file
        from apps.experiments.scheduling.subject import JobSubject
        from apps.schedules import hooks as schedules

        entries.register_verbs()
        work_changed.add(services.follow_order)
        work_links.add(entries.work_links)
        own_hooks.data_providers.add(RunFilesProvider)
        own_hooks.run_ended.add(services.register_when_completed)
        own_hooks.run_actions.add(entries.run_actions)
        schedules.subjects.add(JobSubject)
        schedules.files.add(write_schedule_file)
        schedules.page_tabs.add(entries.schedule_tabs)
        hooks.navigation.add(entries.navigation)
        hooks.search.add(entries.search)
        hooks.home_cards.add(entries.home_cards)
        hooks.content_sources.add(content_source)
        hooks.workspace_holds.add(entries.workspace_holds)
        hooks.workspace_destroyed.add(services.free_workspace)
