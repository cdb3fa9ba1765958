"""Saved views of lists."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.core.models.base import BaseModel


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: object, *, list_key: str, scope: str) -> "SavedViewQuerySet":
        """Return the views of one list: the user's own, and those shared with everybody in the same scope."""
        return self.filter(Q(owner=user) | Q(is_shared=True), list_key=list_key, scope=scope)


class SavedView(BaseModel):
    """A name for a list's state: its search, filters, columns, sorting and page size, as the query string that restores it.

    ``scope`` says where the list stands: a workspace's id, or empty for lists outside of workspaces.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    list_key = models.CharField(max_length=60)
    scope = models.CharField(max_length=60, blank=True)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000, blank=True)
    is_shared = models.BooleanField(default=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "list_key", "scope", "name"], name="saved_view_name_once"),
        ]
        indexes = [models.Index(fields=["list_key", "scope"], name="saved_views_of_list")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
