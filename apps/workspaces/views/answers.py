"""Answers that all pages of this app give."""

from django.http import HttpResponse
from django.shortcuts import redirect

from apps.accounts.requests import SignedInRequest


def go_to(request: SignedInRequest, address: str) -> HttpResponse:
    """Lead to another page: the whole window, also where htmx asked for a form in a dialog."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)
