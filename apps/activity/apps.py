from django.apps import AppConfig


class ActivityConfig(AppConfig):
    name = "apps.activity"
    label = "activity"

    def ready(self) -> None:
        from apps.activity import recorder, services
        from apps.core import hooks

        hooks.audit_recorded.add(recorder.record)
        hooks.notice_given.add(services.give)
