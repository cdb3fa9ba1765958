"""What can go wrong with workspaces; each message says what to do."""

from datetime import datetime
from http import HTTPStatus

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.core.errors import Conflict, NotFound, UserError


class NameTaken(Conflict):
    """A workspace of this name exists, perhaps in other letters or in the trash."""

    code = "name_taken"


class NameReserved(UserError):
    """The name is that of a page."""

    code = "name_reserved"

    def __init__(self, name: str) -> None:
        super().__init__(
            _("“%(name)s” is an address of the studio's own. Choose another name.") % {"name": name}, field="name"
        )


class EditConflict(Conflict):
    """Somebody else saved a change since the page was opened."""

    code = "edit_conflict"

    def __init__(self) -> None:
        super().__init__(_("Someone saved other changes since you opened this. Compare the two, then save again."))


class LastOwner(Conflict):
    """Without this person the workspace would have no owner who can sign in."""

    code = "last_owner"

    def __init__(self) -> None:
        super().__init__(_("This is the last owner. Make somebody else an owner first."), field="role")


class AlreadyMember(Conflict):
    """The person has a role here."""

    code = "already_member"

    def __init__(self, person: str, role: str) -> None:
        message = _("%(person)s is a member already, as %(role)s. Change the role in the list.")
        super().__init__(message % {"person": person, "role": role}, field="person")


class UnknownPerson(UserError):
    """Nobody with an account is called like this, and it is no address to which an invitation could go."""

    code = "unknown_person"

    def __init__(self, person: str) -> None:
        message = _("Nobody here is called “%(person)s”. Write an email address to invite somebody new.")
        super().__init__(message % {"person": person}, field="person")


class PersonDeactivated(UserError):
    """The account exists but may not sign in."""

    code = "person_deactivated"

    def __init__(self, person: str) -> None:
        message = _("The account of %(person)s is switched off. An administrator of the studio can switch it on.")
        super().__init__(message % {"person": person}, field="person")


class WorkspaceGone(NotFound):
    """It was there when the page was opened."""

    code = "workspace_gone"

    def __init__(self) -> None:
        super().__init__(_("This workspace was deleted in the meantime."))


class NotInTrash(Conflict):
    """Only what is in the trash can be deleted for good."""

    code = "not_in_trash"

    def __init__(self) -> None:
        super().__init__(_("This workspace is not in the trash. Delete it first; then it can be deleted for good."))


class BeingDestroyed(Conflict):
    """Its time in the trash is over."""

    code = "being_destroyed"

    def __init__(self) -> None:
        super().__init__(_("This workspace can no longer be restored: it is being deleted for good."))


class SecretTaken(Conflict):
    """A secret of this name exists, perhaps in other letters."""

    code = "secret_taken"

    def __init__(self, name: str) -> None:
        message = _("There is a secret called “%(name)s” already. To replace its value, open it in the list.")
        super().__init__(message % {"name": name}, field="name")


class AliasTaken(Conflict):
    """The name means something here already."""

    code = "alias_taken"

    def __init__(self, name: str, target: str) -> None:
        message = _("“%(name)s” already means “%(target)s” here. Edit that alias instead.")
        super().__init__(message % {"name": name, "target": target}, field="name")


class TokenLimited(UserError):
    """The access token was made for certain workspaces only."""

    code = "token_limited"
    status = HTTPStatus.FORBIDDEN

    def __init__(self) -> None:
        super().__init__(_("This token is limited to some workspaces, so it cannot create others."))


def name_taken(name: str, *, in_trash_until: datetime | None, may_restore: bool) -> NameTaken:
    """Say that a name is taken, and for a name in the trash when or how it becomes free."""
    if in_trash_until is None:
        message = _("There is a workspace called “%(name)s” already. Choose another name.")
    elif may_restore:
        message = _(
            "Your workspace “%(name)s” is in the trash until %(date)s and keeps its name until then. "
            "Restore it, or delete it for good there, or choose another name."
        )
    else:
        message = _(
            "A workspace called “%(name)s” is in the trash. The name is free again on %(date)s, or as soon as one of its "
            "owners deletes it for good. Choose another name."
        )
    date = date_format(timezone.localtime(in_trash_until), "DATE_FORMAT") if in_trash_until else ""
    return NameTaken(message % {"name": name, "date": date}, field="name")
