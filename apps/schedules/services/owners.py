"""In whose name a schedule acts: their language, and whether they may still."""

from contextlib import AbstractContextManager
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from apps.core.errors import NotAllowed, NotFound
from apps.schedules.errors import OwnerGone
from apps.schedules.models import Schedule
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting, in_language_of


def speaking_to_owner(schedule: Schedule) -> AbstractContextManager[Any]:
    """Write what follows in the language of the schedule's owner."""
    return in_language_of(schedule.owner) if schedule.owner else translation.override(settings.LANGUAGE_CODE)


def check_owner(schedule: Schedule, *actions: str) -> None:
    """Hold the owner to what their role allows now.

    Raises:
        OwnerGone: they may no longer change schedules here, or do one of these things.
    """
    owner = schedule.owner
    if owner is None or not owner.is_active:
        message = _(
            "The account in whose name this schedule starts things is no longer active. Somebody else can resume it."
        )
        raise OwnerGone(message)
    try:
        for action in (Action.SCHEDULES_WRITE, *actions):
            acting(owner, schedule.workspace, Action(action))
    except NotFound:
        message = _(
            "%(name)s, in whose name this schedule starts things, left the workspace. Somebody else can resume it."
        )
        raise OwnerGone(message % {"name": owner.display_name}) from None
    except NotAllowed:
        message = _(
            "The role of %(name)s, in whose name this schedule starts things, no longer allows it. "
            "Somebody else can resume it."
        )
        raise OwnerGone(message % {"name": owner.display_name}) from None
