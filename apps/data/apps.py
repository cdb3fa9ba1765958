from django.apps import AppConfig


class DataConfig(AppConfig):
    name = "apps.data"
    label = "data"

    def ready(self) -> None:
        from apps.core import hooks
        from apps.data import entries, services
        from apps.data.choosing import data_choices
        from apps.data.hooks import dataset_uses
        from apps.data.inputs.datasets import DatasetProvider
        from apps.data.inputs.places import AddressProvider, DatastoreProvider
        from apps.data.lineage import uses_by_runs
        from apps.data.outputs import register_output
        from apps.data.watching import DatasetWatcher, DatastoreWatcher
        from apps.experiments import hooks as experiments
        from apps.schedules.hooks import watchers

        for provider in (DatasetProvider, DatastoreProvider, AddressProvider):
            experiments.data_providers.add(provider)
        experiments.register_output.add(register_output)
        experiments.data_choices.add(data_choices)
        watchers.add(DatastoreWatcher)
        watchers.add(DatasetWatcher)
        dataset_uses.add(uses_by_runs)
        entries.register_verbs()
        hooks.workspace_created.add(services.prepare_workspace)
        hooks.workspace_holds.add(entries.workspace_holds)
        hooks.workspace_destroyed.add(services.free_workspace)
        hooks.navigation.add(entries.navigation)
        hooks.search.add(entries.search)
        hooks.content_sources.add(entries.content_source)
