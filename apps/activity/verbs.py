"""What each verb of the audit log is called, and how a record of it reads.

Verbs of the apps to the right stand here; apps to the left add theirs with ``register`` in ``ready()``.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True)
class Verb:
    """A verb's name for filters, and its sentence: it may use actor, target, summary and any key of the detail."""

    label: Text
    sentence: Text


VERBS: dict[str, Verb] = {
    "workspace.created": Verb(_("Workspace created"), _("%(actor)s created the workspace %(target)s")),
    "workspace.edited": Verb(_("Workspace edited"), _("%(actor)s changed %(after)s of the workspace %(target)s")),
    "workspace.archived": Verb(_("Workspace archived"), _("%(actor)s archived the workspace %(target)s")),
    "workspace.unarchived": Verb(
        _("Workspace taken out of the archive"), _("%(actor)s took the workspace %(target)s out of the archive")
    ),
    "workspace.deleted": Verb(_("Workspace deleted"), _("%(actor)s moved the workspace %(target)s to the trash")),
    "workspace.restored": Verb(
        _("Workspace restored"), _("%(actor)s restored the workspace %(target)s from the trash")
    ),
    "workspace.destruction_asked": Verb(
        _("Workspace destruction asked for"), _("%(actor)s asked to destroy the workspace %(target)s for good")
    ),
    "workspace.destroyed": Verb(_("Workspace destroyed"), _("The workspace %(target)s was destroyed for good")),
    "secret.created": Verb(_("Secret created"), _("%(actor)s created the secret %(target)s")),
    "secret.replaced": Verb(_("Secret replaced"), _("%(actor)s replaced the value of the secret %(target)s")),
    "secret.deleted": Verb(_("Secret deleted"), _("%(actor)s deleted the secret %(target)s")),
    "alias.created": Verb(_("Alias created"), _("%(actor)s created the alias %(target)s")),
    "alias.edited": Verb(_("Alias edited"), _("%(actor)s changed the alias %(target)s")),
    "alias.deleted": Verb(_("Alias deleted"), _("%(actor)s deleted the alias %(target)s")),
}


def register(verb: str, label: Text, sentence: Text) -> None:
    """Say how records of a verb read, such as ``"%(actor)s deleted the model %(target)s"``."""
    VERBS[verb] = Verb(label, sentence)


def label_of(verb: str) -> str:
    """Return what a verb is called; one nobody described is called by its own words."""
    known = VERBS.get(verb)
    return str(known.label) if known else verb.replace(".", " ").replace("_", " ").capitalize()
