from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EnvironmentsConfig(AppConfig):
    name = "apps.environments"
    label = "environments"

    def ready(self) -> None:
        from apps.activity import verbs
        from apps.compute.hooks import work_changed
        from apps.core import hooks
        from apps.environments import entries, services
        from apps.experiments import hooks as experiments

        experiments.resolve_environment.add(services.resolve)
        experiments.environment_state.add(services.state_of)
        experiments.environment_choices.add(services.choices)
        experiments.run_ended.add(services.settle_run)
        work_changed.add(services.follow_order)
        hooks.workspace_created.add(services.ensure_curated)
        hooks.workspace_holds.add(entries.holdings)
        hooks.navigation.add(entries.navigation)
        hooks.search.add(entries.search)
        hooks.home_cards.add(entries.home_cards)
        verbs.register(
            "environment.version_created",
            _("Environment created"),
            _("%(actor)s created the environment %(summary)s"),
        )
        verbs.register(
            "environment.rebuilt", _("Environment rebuilt"), _("%(actor)s had the environment %(summary)s built anew")
        )
        verbs.register(
            "environment.archived", _("Environment archived"), _("%(actor)s archived the environment %(target)s")
        )
        verbs.register(
            "environment.unarchived",
            _("Environment taken out of the archive"),
            _("%(actor)s took the environment %(target)s out of the archive"),
        )
