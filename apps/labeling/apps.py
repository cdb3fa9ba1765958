from django.apps import AppConfig


class LabelingConfig(AppConfig):
    name = "apps.labeling"
    label = "labeling"

    def ready(self) -> None:
        from apps.core import hooks
        from apps.labeling import entries

        entries.register_verbs()
        hooks.navigation.add(entries.navigation)
        hooks.workspace_holds.add(entries.workspace_holds)
