"""What all pages of this app have in common."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from apps.accounts.requests import SignedInRequest
from apps.core.errors import UserError
from apps.core.lists import StudioList, selected_rows

MOST_AT_ONCE = 1000


def go_to(request: SignedInRequest, address: str) -> HttpResponse:
    """Lead to another page: the whole window, also where htmx asked for a form in a dialog."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def chosen_rows(request: SignedInRequest, list_: StudioList, *related: str) -> list[Any]:
    """Return the rows that a bulk action was asked for.

    Raises:
        UserError: they are so many that the request would not end in time.
    """
    rows = list(selected_rows(request, list_).select_related(*related)[: MOST_AT_ONCE + 1])
    if len(rows) > MOST_AT_ONCE:
        raise UserError(_("At most %(most)d rows can be changed at once. Choose fewer.") % {"most": MOST_AT_ONCE})
    return rows
