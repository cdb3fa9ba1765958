"""What a workspace holds, in numbers, as all apps tell it."""

from django.template.defaultfilters import filesizeformat
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from apps.core import hooks
from apps.core.hooks import Holding
from apps.workspaces.models import Workspace


def own_holdings(workspace: Workspace) -> list[Holding]:
    """Return what this app keeps in a workspace. Fills ``workspace_holds``."""
    return [
        Holding(_("Members"), workspace.memberships.count()),
        Holding(_("Secrets"), workspace.secrets.count()),
        Holding(_("Aliases"), workspace.aliases.count()),
    ]


def holdings_of(workspace: Workspace) -> list[Holding]:
    """Return what all apps keep in a workspace, without what there is none of."""
    return [holding for holdings in hooks.workspace_holds(workspace) for holding in holdings if holding.count]


def holdings_in_words(workspace: Workspace) -> str:
    """Return the same as one line."""
    return ", ".join(_in_words(holding) for holding in holdings_of(workspace))


def _in_words(holding: Holding) -> str:
    words = f"{holding.label}: {number_format(holding.count, force_grouping=True)}"
    return f"{words} ({filesizeformat(holding.size_bytes)})" if holding.size_bytes else words
