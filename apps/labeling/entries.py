"""What other parts of the studio show of labeling."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.activity import verbs
from apps.core.hooks import MANAGE, Holding, NavigationEntry
from apps.labeling.models import LabelingProject
from apps.workspaces.roles import Action


def navigation() -> list[NavigationEntry]:
    """The list of projects."""
    return [
        NavigationEntry(MANAGE, gettext_lazy("Data labeling"), "label", "labeling:projects", Action.LABELING_READ, 300)
    ]


def workspace_holds(workspace_ids: Collection[UUID]) -> dict[UUID, list[Holding]]:
    """Return how many labeling projects there are in workspaces."""
    rows = LabelingProject.objects.filter(workspace__in=workspace_ids).order_by()
    counts = rows.values_list("workspace").annotate(Count("pk"))
    return {pk: [Holding(_("Labeling projects"), count)] for pk, count in counts}


def register_verbs() -> None:
    """Say how records of what is done with projects read."""
    for verb, label, sentence in (
        (
            "labeling.created",
            gettext_lazy("Labeling project created"),
            gettext_lazy("%(actor)s created the labeling project %(target)s"),
        ),
        (
            "labeling.edited",
            gettext_lazy("Labeling project changed"),
            gettext_lazy("%(actor)s changed the labeling project %(target)s"),
        ),
        (
            "labeling.paused",
            gettext_lazy("Labeling paused"),
            gettext_lazy("%(actor)s paused the labeling project %(target)s"),
        ),
        (
            "labeling.resumed",
            gettext_lazy("Labeling resumed"),
            gettext_lazy("%(actor)s resumed the labeling project %(target)s"),
        ),
        (
            "labeling.deleted",
            gettext_lazy("Labeling project deleted"),
            gettext_lazy("%(actor)s deleted the labeling project %(summary)s"),
        ),
    ):
        verbs.register(verb, label, sentence)
