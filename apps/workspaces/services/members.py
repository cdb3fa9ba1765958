"""Who belongs to a workspace: add, invite, change roles, remove, leave. At least one owner who can sign in always stays."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from apps.accounts import services as accounts
from apps.accounts.models import Invitation, User
from apps.core import hooks
from apps.core.errors import InvalidInput, NotAllowed, NotFound
from apps.workspaces.errors import AlreadyMember, LastOwner, PersonDeactivated, UnknownPerson
from apps.workspaces.events import workspace_changed
from apps.workspaces.models import Membership, Workspace
from apps.workspaces.policies import is_able_owner, may_join_as_owner
from apps.workspaces.roles import Action, Role
from apps.workspaces.services.shared import acting, in_language_of, lock, owners_besides


@transaction.atomic
def add_member(*, actor: User, workspace: Workspace, person: str, role: str) -> Membership:
    """Give somebody with an account a role.

    Args: person: their email address or user name, in any case of letters.

    Raises:
        UnknownPerson: nobody here is called so. PersonDeactivated: they may not sign in. AlreadyMember: they have a role.
    """
    row = lock(workspace)
    acting(actor, row, Action.MEMBERS_MANAGE)
    user = find_person(person)
    if user is None:
        raise UnknownPerson(person)
    if not user.is_active:
        raise PersonDeactivated(user.display_name)
    existing = Membership.objects.filter(workspace=row, user=user).first()
    if existing is not None:
        raise AlreadyMember(user.display_name, existing.get_role_display())
    membership = Membership.objects.create(workspace=row, user=user, role=_known(role))
    _record(actor, membership, "member.added")
    with in_language_of(user):
        title = _("%(person)s added you to the workspace “%(title)s” as %(role)s.")
        _tell(user, title, actor, membership)
    return membership


@transaction.atomic
def invite_member(*, actor: User, workspace: Workspace, email: str, role: str) -> tuple[Invitation, str]:
    """Invite somebody without an account. Returns the invitation and its link, which can not be had again later."""
    row = lock(workspace)
    acting(actor, row, Action.MEMBERS_MANAGE)
    grants = {"workspaces": {str(row.pk): _known(role).value}}
    invitation, link = accounts.invite(actor=actor, email=email, grants=grants)
    hooks.audit(
        actor, "member.invited", invitation, workspace_id=row.pk, summary=f"{email}: {role}", email=email, role=role
    )
    workspace_changed(row.pk, "members")
    return invitation, link


@transaction.atomic
def withdraw_invitation(*, actor: User, workspace: Workspace, invitation: Invitation) -> None:
    """Take back an invitation to this workspace; one that gives more than that goes on giving the rest."""
    row = lock(workspace)
    acting(actor, row, Action.MEMBERS_MANAGE)
    others = {key: role for key, role in invitation.grants["workspaces"].items() if key != str(row.pk)}
    if others or len(invitation.grants) > 1:
        invitation.grants["workspaces"] = others
        invitation.save(update_fields=["grants", "updated_at"])
        invitation.offers.filter(workspace=row).delete()
    else:
        accounts.withdraw(actor=actor, invitation=invitation)
    hooks.audit(actor, "member.invitation_withdrawn", invitation, workspace_id=row.pk, summary=invitation.email)
    workspace_changed(row.pk, "members")


@transaction.atomic
def change_role(*, actor: User, membership: Membership, role: str) -> Membership:
    """Give a member another role.

    Raises:
        LastOwner: nobody else could look after the workspace then.
    """
    row = lock(membership.workspace)
    acting(actor, row, Action.MEMBERS_MANAGE)
    member = _present(membership)
    before, after = member.role, _known(role)
    if before == after:
        return member
    _keep_an_owner(member)
    member.role = after
    member.save(update_fields=["role", "updated_at"])
    _record(actor, member, "member.role_changed", before=before)
    if member.user != actor:
        with in_language_of(member.user):
            _tell(member.user, _("%(person)s made you %(role)s in the workspace “%(title)s”."), actor, member)
    return member


@transaction.atomic
def remove_member(*, actor: User, membership: Membership) -> None:
    """Take somebody's role away; their open pages of the workspace stop getting news.

    Raises:
        LastOwner: nobody else could look after the workspace then.
    """
    row = lock(membership.workspace)
    acting(actor, row, Action.MEMBERS_MANAGE)
    member = _present(membership)
    _remove(member)
    _record(actor, member, "member.removed")
    if member.user != actor:
        with in_language_of(member.user):
            title = _("%(person)s removed you from the workspace “%(title)s”.")
            title %= {"person": actor.display_name, "title": row.title}
        hooks.notify(member.user, title, level="warning", kind="member.removed")


@transaction.atomic
def leave(*, actor: User, workspace: Workspace) -> None:
    """Give up one's own role.

    Raises:
        LastOwner: nobody else could look after the workspace then.
    """
    row = lock(workspace)
    member = acting(actor, row, Action.WORKSPACE_ENTER)
    _remove(member)
    _record(actor, member, "member.left")


@transaction.atomic
def join_as_owner(*, actor: User, workspace: Workspace) -> Membership:
    """Make an administrator an owner of a workspace, also of one in the trash. All its owners are told.

    Raises:
        NotAllowed: the actor is no administrator.
    """
    if not may_join_as_owner(actor):
        raise NotAllowed(_("Only administrators of the studio can do this."))
    row = lock(workspace, in_trash=True)
    member, created = Membership.objects.get_or_create(workspace=row, user=actor, defaults={"role": Role.OWNER})
    if not created and member.role == Role.OWNER:
        return member
    member.role = Role.OWNER
    member.save(update_fields=["role", "updated_at"])
    _record(actor, member, "member.joined_as_administrator")
    for owner in owners_besides(row, actor):
        with in_language_of(owner):
            title = _("The administrator %(person)s became an owner of the workspace “%(title)s”.")
            _tell(owner, title, actor, member, level="warning")
    return member


def find_person(text: str) -> User | None:
    """Return who has this email address, else this user name, in any case of letters."""
    wanted = text.strip().lower()
    people = User.objects.alias(lower_email=Lower("email"), lower_username=Lower("username"))
    # An address is proof of more than a name that somebody may have chosen to look like one.
    return people.filter(lower_email=wanted).first() or people.filter(lower_username=wanted).first()


def is_email(text: str) -> bool:
    """Whether an invitation could go to this address."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _known(role: str) -> Role:
    try:
        return Role(role)
    except ValueError:
        raise InvalidInput({"role": [_("There is no role “%(role)s”.") % {"role": role}]}) from None


def _present(membership: Membership) -> Membership:
    """Return a membership as it is now that the workspace is locked."""
    row = Membership.objects.select_related("user", "workspace").filter(pk=membership.pk).first()
    if row is None:
        raise NotFound(_("This person is no longer a member."))
    return row


def _keep_an_owner(member: Membership) -> None:
    """Refuse what would leave the workspace, which is locked, without an owner who can sign in."""
    if not is_able_owner(member):
        return
    others = Membership.objects.filter(workspace=member.workspace, role=Role.OWNER, user__is_active=True)
    if not others.exclude(pk=member.pk).exists():
        raise LastOwner


def _remove(member: Membership) -> None:
    _keep_an_owner(member)
    Membership.objects.filter(pk=member.pk).delete()


def _record(actor: User, membership: Membership, verb: str, **detail: str) -> None:
    hooks.audit(
        actor,
        verb,
        membership.user,
        workspace_id=membership.workspace_id,
        summary=f"{membership.user.username}: {membership.role}",
        role=str(membership.role),
        **detail,
    )
    workspace_changed(membership.workspace_id, "members")


def _tell(user: User, title: str, actor: User, membership: Membership, *, level: str = "info") -> None:
    workspace = membership.workspace
    values = {"person": actor.display_name, "title": workspace.title, "role": membership.get_role_display()}
    hooks.notify(user, title % values, url=workspace.get_absolute_url(), level=level, kind="member.changed")
