"""Workspaces."""

from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, RegexValidator
from django.db import models
from django.db.models import Count, Exists, F, FilteredRelation, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel
from apps.workspaces.tags import validate_tags
from apps.workspaces.text import validate_one_line, validate_text

NAME_PATTERN = r"\A[A-Za-z0-9][A-Za-z0-9_-]{1,31}\Z"
RESERVED_NAMES = frozenset({"new", "trash"})  # addresses of pages that stand beside workspaces
LONGEST_DESCRIPTION = 5000
FEW_MEMBERSHIPS = 1000


def _memberships() -> models.QuerySet[Any]:
    from apps.workspaces.models.membership import Membership  # it refers to this module

    return Membership.objects.all()


class WorkspaceQuerySet(models.QuerySet["Workspace"]):
    def visible_to(self, user: Any) -> Self:
        """Return the workspaces the user is a member of, without those in the trash."""
        return self.live().filter(memberships__user=user)

    def of(self, user: Any) -> Self:
        """Return every workspace with a role for the user, also in the trash, with ``role`` and ``visited_at`` of theirs.

        With few memberships the query begins with these; with many, with the workspaces, so that an index of theirs gives
        the order and the first page of a list ends the search. Databases cannot tell the two apart by themselves.
        """
        mine = _memberships().filter(user=user)
        if mine[: FEW_MEMBERSHIPS + 1].count() <= FEW_MEMBERSHIPS:
            joined = FilteredRelation("memberships", condition=Q(memberships__user=user))
            rows = self.annotate(mine=joined).filter(mine__isnull=False)
            return rows.annotate(role=F("mine__role"), visited_at=F("mine__last_visited_at"))
        mine = mine.filter(workspace=OuterRef("pk"))
        return self.filter(Exists(mine)).annotate(
            role=Subquery(mine.values("role")), visited_at=Subquery(mine.values("last_visited_at"))
        )

    def with_sort_keys(self) -> Self:
        """Return the same rows with what lists sort by, as the indexes have it: letters compare without case."""
        return self.annotate(title_key=Lower("friendly_name"), name_key=Lower("name"))

    def with_member_count(self) -> Self:
        """Return the same rows with ``member_count``, counted for each row that is read, not for all."""
        members = _memberships().filter(workspace=OuterRef("pk")).order_by().values("workspace")
        return self.annotate(member_count=Coalesce(Subquery(members.values(count=Count("pk"))), 0))

    def live(self) -> Self:
        """Return workspaces that are not in the trash."""
        return self.filter(deleted_at=None)

    def in_trash(self) -> Self:
        """Return workspaces that wait in the trash."""
        return self.filter(deleted_at__isnull=False)

    def over_due(self) -> Self:
        """Return workspaces whose time in the trash is over."""
        return self.in_trash().filter(destroy_after__lte=timezone.now())


class Workspace(BaseModel):
    """What a team shares. ``name`` is in every address and compares without case; ``friendly_name`` is shown.

    ``friendly_name`` is the name itself until somebody writes another, so that lists can sort by it.
    ``destroy_after`` is set while the workspace is in the trash: from that moment on it can no longer be restored.
    """

    name = models.CharField(
        _("name"),
        max_length=32,
        validators=[
            RegexValidator(
                NAME_PATTERN,
                _("Use 2 to 32 letters, digits, hyphens or underscores, and begin with a letter or digit."),
            )
        ],
    )
    friendly_name = models.CharField(_("friendly name"), max_length=100, blank=True, validators=[validate_one_line])
    description = models.TextField(
        _("description"),
        max_length=LONGEST_DESCRIPTION,
        blank=True,
        validators=[MaxLengthValidator(LONGEST_DESCRIPTION), validate_text],
    )
    tags = models.JSONField(_("tags"), default=dict, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    destroy_after = models.DateTimeField(null=True, blank=True)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = WorkspaceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("name"), name="workspace_name_once", violation_error_message=_("A workspace of this name exists.")
            )
        ]
        indexes = [
            models.Index(Lower("friendly_name"), "id", name="workspace_by_friendly_name"),
            # Lists of live ones would otherwise pass over all of the trash on their way. One index of ``deleted_at`` for both
            # would be worse: databases take "is not deleted" for something rare, read all of that, and sort it.
            models.Index(Lower("friendly_name"), "id", name="live_workspace_by_title", condition=Q(deleted_at=None)),
            models.Index(Lower("name"), "id", name="live_workspace_by_name", condition=Q(deleted_at=None)),
            models.Index("created_at", "id", name="live_workspace_by_age", condition=Q(deleted_at=None)),
            models.Index("deleted_at", "id", name="workspace_in_trash", condition=Q(deleted_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.friendly_name = self.friendly_name or self.name
        super().save(*args, **kwargs)

    def clean_fields(self, exclude: Any = None) -> None:
        super().clean_fields(exclude=exclude)
        if "tags" not in (exclude or ()):
            try:
                validate_tags(self.tags)
            except ValidationError as error:
                raise ValidationError({"tags": error.messages}) from None

    @property
    def title(self) -> str:
        """The name to show."""
        return self.friendly_name

    @property
    def is_being_destroyed(self) -> bool:
        """Whether its time in the trash is over, so that only its last traces are left to be removed."""
        return self.destroy_after is not None and self.destroy_after <= timezone.now()

    def get_absolute_url(self) -> str:
        """Return the workspace's home page."""
        return reverse("workspaces:home", args=[self.name])
