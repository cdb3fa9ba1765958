"""What each verb of the audit log is called, and how a record of it reads.

Verbs of the apps to the right and beside stand here; apps to the left add theirs with ``register`` in ``ready()``.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.accounts.models.token import TokenScope
from apps.workspaces.roles import Role

Text = str | Promise


@dataclass(frozen=True)
class Verb:
    """A verb's name for filters, and its sentence: it may use actor, target, summary and any key of the detail."""

    label: Text
    sentence: Text


# What codes in a record's detail are called.
WORDS: dict[tuple[str, str], Text] = {
    ("method", "password"): _("a password"),
    ("method", "link"): _("a sign-in link"),
    ("method", "invitation"): _("an invitation"),
    ("method", "oidc"): _("single sign-on"),
    ("scope", TokenScope.READ): TokenScope.READ.label,
    ("scope", TokenScope.WRITE): TokenScope.WRITE.label,
    **{(name, role): role.label for name in ("role", "before") for role in Role},
}

VERBS: dict[str, Verb] = {
    "workspace.created": Verb(_("Workspace created"), _("%(actor)s created the workspace %(target)s")),
    "workspace.edited": Verb(_("Workspace edited"), _("%(actor)s changed %(after)s of the workspace %(target)s")),
    "workspace.archived": Verb(_("Workspace archived"), _("%(actor)s archived the workspace %(target)s")),
    "workspace.unarchived": Verb(
        _("Workspace taken out of the archive"), _("%(actor)s took the workspace %(target)s out of the archive")
    ),
    "workspace.deleted": Verb(
        _("Workspace moved to the trash"), _("%(actor)s moved the workspace %(target)s to the trash")
    ),
    "workspace.restored": Verb(
        _("Workspace restored"), _("%(actor)s restored the workspace %(target)s from the trash")
    ),
    "workspace.destruction_asked": Verb(
        _("Workspace deletion ordered"), _("%(actor)s had the workspace %(target)s deleted for good")
    ),
    "workspace.destroyed": Verb(_("Workspace deleted for good"), _("The workspace %(target)s was deleted for good")),
    "member.added": Verb(_("Member added"), _("%(actor)s added %(target)s as %(role)s")),
    "member.role_changed": Verb(
        _("Role changed"), _("%(actor)s changed the role of %(target)s from %(before)s to %(role)s")
    ),
    "member.removed": Verb(_("Member removed"), _("%(actor)s removed %(target)s, who was %(role)s")),
    "member.left": Verb(_("Member left"), _("%(actor)s left the workspace")),
    "member.joined_as_administrator": Verb(
        _("Administrator joined"), _("%(actor)s joined as %(role)s, as an administrator of the studio")
    ),
    "member.invited": Verb(_("Member invited"), _("%(actor)s invited %(email)s as %(role)s")),
    "member.invitation_withdrawn": Verb(
        _("Member's invitation withdrawn"), _("%(actor)s withdrew the invitation of %(target)s")
    ),
    "member.accepted_invitation": Verb(
        _("Member accepted an invitation"), _("%(actor)s accepted an invitation as %(role)s")
    ),
    "secret.created": Verb(_("Secret created"), _("%(actor)s created the secret %(target)s")),
    "secret.replaced": Verb(_("Secret replaced"), _("%(actor)s replaced the value of the secret %(target)s")),
    "secret.deleted": Verb(_("Secret deleted"), _("%(actor)s deleted the secret %(target)s")),
    "alias.created": Verb(_("Alias created"), _("%(actor)s created the alias %(target)s")),
    "alias.edited": Verb(_("Alias edited"), _("%(actor)s changed the alias %(target)s")),
    "alias.deleted": Verb(_("Alias deleted"), _("%(actor)s deleted the alias %(target)s")),
    "schedule.created": Verb(_("Schedule created"), _("%(actor)s created the schedule %(target)s")),
    "schedule.edited": Verb(_("Schedule edited"), _("%(actor)s changed the schedule %(target)s")),
    "schedule.paused": Verb(_("Schedule paused"), _("%(actor)s paused the schedule %(target)s")),
    "schedule.resumed": Verb(_("Schedule resumed"), _("%(actor)s resumed the schedule %(target)s")),
    "schedule.run": Verb(_("Schedule run at once"), _("%(actor)s had the schedule %(target)s run at once")),
    "schedule.stopped": Verb(_("Schedule stopped"), _("The schedule %(target)s was stopped")),
    "schedule.deleted": Verb(_("Schedule deleted"), _("%(actor)s deleted the schedule %(target)s")),
    "account.signed_in": Verb(_("Signed in"), _("%(actor)s signed in with %(method)s")),
    "account.signed_out": Verb(_("Signed out"), _("%(actor)s signed out")),
    "account.sign_in_paused": Verb(
        _("Sign-in paused"), _("Signing in as %(target)s was paused after too many wrong passwords")
    ),
    "account.sign_in_link_made": Verb(_("Sign-in link made"), _("%(actor)s made a sign-in link for %(target)s")),
    "account.sessions_ended": Verb(_("Sessions ended"), _("%(actor)s ended sessions of %(target)s: %(count)s")),
    "account.password_set": Verb(_("Password set"), _("%(actor)s set a password")),
    "account.password_changed": Verb(_("Password changed"), _("%(actor)s changed their password")),
    "account.profile_changed": Verb(_("Profile changed"), _("%(actor)s changed %(fields)s of their profile")),
    "user.created": Verb(_("Account created"), _("%(actor)s created the account of %(target)s")),
    "user.made_administrator": Verb(_("Made administrator"), _("%(actor)s made %(target)s an administrator")),
    "user.administrator_removed": Verb(
        _("Administrator rights removed"), _("%(actor)s took the administrator rights of %(target)s back")
    ),
    "user.deactivated": Verb(_("Account deactivated"), _("%(actor)s deactivated the account of %(target)s")),
    "user.reactivated": Verb(_("Account activated again"), _("%(actor)s activated the account of %(target)s again")),
    "identity.connected": Verb(_("Identity connected"), _("%(actor)s connected their account with single sign-on")),
    "identity.disconnected": Verb(
        _("Identity disconnected"), _("%(actor)s disconnected their account from single sign-on")
    ),
    "invitation.sent": Verb(_("Invitation sent"), _("%(actor)s invited %(target)s to the studio")),
    "invitation.sent_again": Verb(_("Invitation sent again"), _("%(actor)s sent the invitation of %(target)s again")),
    "invitation.withdrawn": Verb(_("Invitation withdrawn"), _("%(actor)s withdrew the invitation of %(target)s")),
    "invitation.accepted": Verb(_("Invitation accepted"), _("%(actor)s accepted an invitation to the studio")),
    "token.created": Verb(_("Token created"), _("%(actor)s created the access token %(target)s")),
    "token.revoked": Verb(_("Token revoked"), _("%(actor)s revoked the access token %(target)s")),
}


def register(verb: str, label: Text, sentence: Text) -> None:
    """Say how records of a verb read, such as ``"%(actor)s deleted the model %(target)s"``."""
    VERBS[verb] = Verb(label, sentence)


def label_of(verb: str) -> str:
    """Return what a verb is called; one nobody described is called by its own words."""
    known = VERBS.get(verb)
    return str(known.label) if known else verb.replace(".", " ").replace("_", " ").capitalize()
