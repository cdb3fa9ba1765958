from django.apps import AppConfig


class SchedulesConfig(AppConfig):
    name = "apps.schedules"
    label = "schedules"

    def ready(self) -> None:
        from apps.core import hooks
        from apps.schedules import entries

        hooks.search.add(entries.search)
        hooks.workspace_holds.add(entries.workspace_holds)
        hooks.workspace_destroyed.add(entries.workspace_destroyed)
