from django.apps import AppConfig


class PipelinesConfig(AppConfig):
    name = "apps.pipelines"
    label = "pipelines"

    def ready(self) -> None:
        from apps.core import hooks
        from apps.experiments import hooks as runs
        from apps.pipelines import entries, run_pages, services
        from apps.pipelines.jobs.job_type import PipelineJobs
        from apps.pipelines.scheduling import PipelineSubject
        from apps.pipelines.scheduling import run_actions as scheduling_actions
        from apps.pipelines.services.freeing import free_workspace
        from apps.schedules.hooks import subjects

        runs.job_types.add(PipelineJobs)
        runs.run_ended.add(services.run_ended)
        runs.cancel_asked.add(services.cancel_asked)
        runs.run_repeated.add(services.repeat)
        runs.run_pages.add(run_pages.run_pages)
        runs.run_actions.add(run_pages.run_actions)
        runs.run_actions.add(entries.run_actions)
        runs.run_actions.add(scheduling_actions)
        subjects.add(PipelineSubject)
        entries.register_verbs()
        hooks.navigation.add(entries.navigation)
        hooks.navigation.add(run_pages.navigation)
        hooks.search.add(entries.search)
        hooks.workspace_holds.add(entries.workspace_holds)
        hooks.workspace_destroyed.add(free_workspace)
