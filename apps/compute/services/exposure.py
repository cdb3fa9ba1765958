"""Machines that cannot keep user code apart: who accepted that, and who could."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.compute.errors import IsIsolated
from apps.compute.events import machine_changed, wake_agent
from apps.compute.models import Agent
from apps.core import hooks
from apps.core.errors import NotAllowed

MOST_NAMES = 3


@transaction.atomic
def accept_exposure(*, actor: User, agent: Agent) -> None:
    """Let runs begin on a machine where user code can read everything. It is told with the next work it asks for.

    Raises:
        NotAllowed: the actor is no administrator. IsIsolated: the machine keeps user code apart.
    """
    row = _locked(actor, agent)
    if not row.exposes_everything:
        raise IsIsolated(_("“%(name)s” keeps user code apart, so there is nothing to accept.") % {"name": row.name})
    if row.exposure_accepted_at is None:
        row.exposure_accepted_at, row.exposure_accepted_by = timezone.now(), actor
        _store(row)
        hooks.audit(actor, "compute.exposure_accepted", row)


@transaction.atomic
def withdraw_exposure(*, actor: User, agent: Agent) -> None:
    """Begin no more runs on such a machine. What runs there goes on.

    Raises:
        NotAllowed: the actor is no administrator.
    """
    row = _locked(actor, agent)
    if row.exposure_accepted_at is not None:
        row.exposure_accepted_at = row.exposure_accepted_by = None
        _store(row)
        hooks.audit(actor, "compute.exposure_withdrawn", row)


def who_can_accept() -> str:
    """Return the names of those who can accept it, such as “Ada, Grace and 2 more”."""
    names = [user.display_name for user in User.objects.active_administrators().order_by("created_at")]
    if len(names) > MOST_NAMES + 1:
        rest = {"names": ", ".join(names[:MOST_NAMES]), "count": len(names) - MOST_NAMES}
        return _("%(names)s and %(count)d more") % rest
    return ", ".join(names)


def _locked(actor: User, agent: Agent) -> Agent:
    if not actor.is_administrator:
        raise NotAllowed(_("Only an administrator of the studio can decide this."))
    return Agent.objects.select_for_update().get(pk=agent.pk)


def _store(agent: Agent) -> None:
    agent.save(update_fields=["exposure_accepted_at", "exposure_accepted_by", "updated_at"])
    machine_changed(agent.pk)
    wake_agent(agent)
