from django.apps import AppConfig


class PipelinesConfig(AppConfig):
    name = "apps.pipelines"
    label = "pipelines"

    def ready(self) -> None:
        from apps.experiments import hooks as runs
        from apps.pipelines import services
        from apps.pipelines.jobs.job_type import PipelineJobs

        runs.job_types.add(PipelineJobs)
        runs.run_ended.add(services.run_ended)
        runs.cancel_asked.add(services.cancel_asked)
        runs.run_repeated.add(services.repeat)
