from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "apps.core"
    label = "core"

    def ready(self) -> None:
        # Without the configured Celery app, tasks would be sent to a default broker that does not exist.
        import studio.celery  # noqa: F401
