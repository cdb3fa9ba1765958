"""Lists of workspaces, members, secrets and aliases."""

from functools import cached_property
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.core.lists import Column, Status, StudioList
from apps.core.lists.keyset import Slice
from apps.workspaces.filters import AliasFilter, AllWorkspacesFilter, MemberFilter, WorkspaceFilter
from apps.workspaces.holdings import holdings_of_each, in_words
from apps.workspaces.models import Alias, Membership, Secret, Workspace
from apps.workspaces.roles import Role

MOST_OWNERS = 3
MOST_COUNTED = 1000


def workspace_link(workspace: Workspace) -> str:
    """Return a workspace's title as a link, with its name below where that is another."""
    link = format_html('<a class="table-title" href="{}">{}</a>', workspace.get_absolute_url(), workspace.title)
    return _over_name(workspace, link)


def state_of(workspace: Workspace) -> Status:
    """Return a workspace's state for a cell."""
    if workspace.is_being_destroyed:
        return Status("busy", gettext_lazy("Being deleted"))
    if workspace.deleted_at:
        return Status("warn", gettext_lazy("In the trash"))
    return Status("idle", gettext_lazy("Archived")) if workspace.archived_at else Status("ok", gettext_lazy("Active"))


class WorkspaceList(StudioList):
    """The workspaces a person is a member of."""

    key = "workspaces"
    title = gettext_lazy("Workspaces")
    columns = (
        Column("title", gettext_lazy("Workspace"), sort="title_key", render=workspace_link, fixed=True),
        Column("role", gettext_lazy("My role"), value=lambda row: Role(row.role).label),
        Column("members", gettext_lazy("Members"), value="member_count", kind="number"),
        Column("tags", gettext_lazy("Tags"), kind="tags"),
        Column("visited", gettext_lazy("Opened"), value="visited_at", kind="time", shown=False),
        Column("created_at", gettext_lazy("Created"), sort="created_at", kind="time"),
        Column("name", gettext_lazy("Name"), sort="name_key", kind="code", shown=False),
        Column("state", gettext_lazy("State"), value=state_of, kind="status", shown=False),
    )
    default_sort = ("title",)
    search_fields = ("name", "friendly_name", "description")
    search_hint = gettext_lazy("Search workspaces")
    filterset_class = WorkspaceFilter

    @property
    def count_cap(self) -> int:
        """Stop counting early: a page that looks each workspace up must not do so for all of very many."""
        return MOST_COUNTED


class AllWorkspacesList(StudioList):
    """Every workspace of the studio, for administrators, who see none by themselves."""

    key = "all-workspaces"
    title = gettext_lazy("Workspaces")
    columns = (
        Column(
            "title",
            gettext_lazy("Workspace"),
            sort="title_key",
            render=lambda row: _outside_link(row),
            fixed=True,
        ),
        Column("name", gettext_lazy("Name"), sort="name_key", kind="code", shown=False),
        Column("owners", gettext_lazy("Owners"), value=lambda row: owners_in_words(row)),
        Column("members", gettext_lazy("Members"), value="member_count", kind="number"),
        Column("state", gettext_lazy("State"), value=state_of, kind="status"),
        Column("created_at", gettext_lazy("Created"), sort="created_at", kind="time"),
    )
    default_sort = ("-created_at",)
    search_fields = ("name", "friendly_name")
    search_hint = gettext_lazy("Search workspaces")
    filterset_class = AllWorkspacesFilter


class TrashList(StudioList):
    """Workspaces that can still be restored."""

    key = "trash"
    title = gettext_lazy("Trash")
    columns = (
        Column("title", gettext_lazy("Workspace"), sort="title_key", render=lambda row: _trash_title(row), fixed=True),
        Column("holds", gettext_lazy("Holds"), value=lambda row: in_words(row.holdings), exported=False),
        Column("deleted_by", gettext_lazy("Deleted by"), value="deleted_by.display_name"),
        Column("deleted_at", gettext_lazy("Deleted"), sort="deleted_at", kind="time"),
        Column("until", gettext_lazy("Can be restored until"), value="destroy_after", kind="time"),
        Column("actions", gettext_lazy("Actions"), render=lambda row: _trash_actions(row), fixed=True, exported=False),
    )
    default_sort = ("-deleted_at",)
    search_fields = ("name", "friendly_name")
    search_hint = gettext_lazy("Search the trash")
    related = ("deleted_by",)

    @property
    def count_cap(self) -> int:
        """As for all of a person's workspaces."""
        return MOST_COUNTED

    @cached_property
    def slice(self) -> Slice:
        """The rows of this page, each with its ``holdings``: asked for once, not for each row."""
        page = super().slice
        held = holdings_of_each(page.rows)
        for row in page.rows:
            row.holdings = held[row.pk]
        return page


class MemberList(StudioList):
    """Who belongs to a workspace."""

    key = "members"
    title = gettext_lazy("Members")
    columns = (
        Column("name", gettext_lazy("Name"), value="user.display_name", render=lambda row: _person(row), fixed=True),
        Column("username", gettext_lazy("User name"), value="user.username", sort="user__username", kind="code"),
        Column("email", gettext_lazy("Email"), value="user.email"),
        Column("role", gettext_lazy("Role"), value=lambda row: row.get_role_display(), sort="role"),
        Column("created_at", gettext_lazy("Member since"), sort="created_at", kind="time"),
        Column("visited", gettext_lazy("Last here"), value="last_visited_at", kind="time", shown=False),
    )
    default_sort = ("-created_at",)
    search_fields = ("username", "full_name", "email")
    search_hint = gettext_lazy("Search members")
    filterset_class = MemberFilter
    related = ("user", "workspace")
    refresh_on = ("members.changed",)

    def searched(self, rows: QuerySet[Any], word: str) -> QuerySet[Any]:
        """Keep members of whom a word is part of a name. An index holds the names of all people; none holds those of members."""
        return rows.filter(user__in=super().searched(User.objects.all(), word).values("pk"))

    def label_of(self, row: Membership) -> str:
        """Return the person's name."""
        return row.user.display_name


class SecretList(StudioList):
    """Names of secrets; their values are nowhere to be seen."""

    key = "secrets"
    title = gettext_lazy("Secrets")
    columns = (
        Column("name", gettext_lazy("Name"), sort="name_key", kind="code", fixed=True),
        Column("set_by", gettext_lazy("Set by"), value="set_by.display_name"),
        Column("set_at", gettext_lazy("Set"), sort="set_at", kind="time"),
        Column("created_at", gettext_lazy("Created"), kind="time", shown=False),
    )
    default_sort = ("name",)
    search_fields = ("name",)
    search_hint = gettext_lazy("Search secrets")
    related = ("set_by", "workspace")
    refresh_on = ("secrets.changed",)


class EditableSecretList(SecretList):
    """The same for those who may set values."""

    columns = (
        Column(
            "name", gettext_lazy("Name"), sort="name_key", kind="code", link=lambda row: secret_url(row), fixed=True
        ),
        *SecretList.columns[1:],
    )


class AliasList(StudioList):
    """What names in job files mean here."""

    key = "aliases"
    title = gettext_lazy("Aliases")
    columns = (
        Column("name", gettext_lazy("Name in the files"), sort="name_key", kind="code", fixed=True),
        Column("target", gettext_lazy("Name here"), kind="code", fixed=True),
        Column("kind", gettext_lazy("Kind"), value=lambda row: row.get_kind_display(), sort="kind"),
        Column("created_at", gettext_lazy("Created"), sort="created_at", kind="time"),
    )
    default_sort = ("name",)
    search_fields = ("name", "target")
    search_hint = gettext_lazy("Search aliases")
    filterset_class = AliasFilter
    related = ("workspace",)
    refresh_on = ("aliases.changed",)


class EditableAliasList(AliasList):
    """The same for those who may change aliases."""

    columns = (
        Column(
            "name",
            gettext_lazy("Name in the files"),
            sort="name_key",
            kind="code",
            link=lambda row: alias_url(row),
            fixed=True,
        ),
        *AliasList.columns[1:],
    )


def with_first_owners(rows: QuerySet[Workspace]) -> QuerySet[Workspace]:
    """Annotate workspaces with the names of their first owners, one more than are shown, as ``owner_0`` and so on."""
    owners = Membership.objects.filter(workspace=OuterRef("pk"), role=Role.OWNER).order_by("id")
    names = owners.values_list(Coalesce(NullIf("user__full_name", Value("")), "user__username"))
    # One place after the other, from an index; numbering them would read all owners of all rows.
    return rows.annotate(**{f"owner_{place}": Subquery(names[place : place + 1]) for place in range(MOST_OWNERS + 1)})


def owners_in_words(workspace: Any) -> str:
    """Return the names of the first owners, which the queryset has put on the row."""
    names = [name for place in range(MOST_OWNERS + 1) if (name := getattr(workspace, f"owner_{place}"))]
    shown = ", ".join(names[:MOST_OWNERS])
    return _("%(names)s and others") % {"names": shown} if len(names) > MOST_OWNERS else shown


def member_url(membership: Membership) -> str:
    """Return the page of one member."""
    return reverse("workspaces:member", args=[membership.workspace.name, membership.pk])


def secret_url(secret: Secret) -> str:
    """Return the page on which a secret's value is replaced."""
    return reverse("workspaces:secret", args=[secret.workspace.name, secret.pk])


def alias_url(alias: Alias) -> str:
    """Return the page on which an alias is edited."""
    return reverse("workspaces:alias", args=[alias.workspace.name, alias.pk])


def _over_name(workspace: Workspace, title: SafeString) -> SafeString:
    """Return a title in one line, however long, and the name below it where that is another."""
    line = format_html('<div class="truncate" title="{}">{}</div>', workspace.title, title)
    if workspace.title == workspace.name:
        return line
    return format_html('{}<div class="muted mono small">{}</div>', line, workspace.name)


def _outside_link(workspace: Workspace) -> SafeString:
    """Return a title that leads to what administrators see of a workspace from the outside."""
    url = reverse("workspaces:administration-one", args=[workspace.pk])
    return _over_name(workspace, format_html('<a class="table-title" href="{}">{}</a>', url, workspace.title))


def _trash_title(workspace: Workspace) -> SafeString:
    return _over_name(workspace, format_html('<span class="table-title">{}</span>', workspace.title))


def _person(membership: Membership) -> SafeString:
    user = membership.user
    note = "" if user.is_active else format_html(' <span class="tag">{}</span>', _("may not sign in"))
    return format_html(
        '<span class="d-flex align-items-center gap-2"><span class="avatar" aria-hidden="true">{}</span>'
        '<a class="table-title" href="{}">{}</a>{}</span>',
        user.initials,
        member_url(membership),
        user.display_name,
        note,
    )


def _trash_actions(workspace: Any) -> SafeString:
    """Return the buttons of a row. They belong to a form that stands outside of the list."""
    if workspace.is_being_destroyed:
        return format_html('<span class="muted">{}</span>', _("being deleted for good"))
    if workspace.role != Role.OWNER:
        return format_html('<span class="muted">{}</span>', _("an owner can restore it"))
    return format_html(
        '<span class="cluster"><button class="btn btn-sm" form="row-action" formaction="{}">{}</button>'
        '<a class="btn btn-sm btn-ghost" href="{}">{}</a></span>',
        reverse("workspaces:restore", args=[workspace.name]),
        _("Restore"),
        reverse("workspaces:destroy", args=[workspace.name]),
        _("Delete for good…"),
    )
