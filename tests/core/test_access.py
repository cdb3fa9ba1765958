"""Guards of pages: who is let through, who is sent to sign in, and what everybody else is told."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory

from apps.core.access import Access, Level, administrator, public, signed_in
from tests.accounts.factories import UserFactory

requests = RequestFactory()


def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return HttpResponse("inside")


def call(guarded: Any, user: Any, method: str = "get", address: str = "/page/", **headers: str) -> Any:
    request = getattr(requests, method)(address, headers=headers)
    request.user = user
    return guarded(request)


def test_the_guard_says_what_it_does():
    assert signed_in("GET", "POST")(view).access == Access(Level.SIGNED_IN, {"GET": "", "POST": ""})  # type: ignore[attr-defined]
    assert public()(view).access == Access(Level.PUBLIC, {"GET": ""})  # type: ignore[attr-defined]
    assert administrator("POST")(view).access == Access(Level.ADMINISTRATOR, {"POST": ""})  # type: ignore[attr-defined]


def test_a_public_page_is_for_anyone():
    assert call(public()(view), AnonymousUser()).content == b"inside"


def test_a_stranger_signs_in_and_comes_back_to_the_same_address():
    answer = call(signed_in()(view), AnonymousUser(), address="/page/?a=1&b=2")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=/page/%3Fa%3D1%26b%3D2")


def test_a_stranger_who_posts_comes_back_to_the_start_because_the_form_is_gone():
    answer = call(signed_in("POST")(view), AnonymousUser(), "post", "/delete/it/")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=/")


@pytest.mark.parametrize(
    ("current", "back"),
    [
        ("http://studio.localhost:8000/runs/?page=2", "/runs/%3Fpage%3D2"),
        ("http://studio.localhost:8000", "/"),
        ("http://studio.localhost:8000//evil.example/", "/"),
        ("http://[evil", "/"),
        ("//evil.example/page/", "/page/"),
        ("javascript:alert(1)", "/"),
        ("/\\evil.example", "/"),
    ],
)
def test_for_htmx_the_whole_page_goes_to_sign_in(current, back):
    answer = call(signed_in()(view), AnonymousUser(), **{"HX-Request": "true", "HX-Current-URL": current})
    assert (answer.status_code, answer.content) == (401, b"")
    assert answer["HX-Redirect"] == f"/sign-in/?next={back}"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "trace"])
def test_a_verb_that_is_not_declared_never_reaches_the_view(method):
    answer = call(public("GET")(view), AnonymousUser(), method)
    assert (answer.status_code, answer["Allow"]) == (405, "GET")


def test_head_is_a_get_without_its_body():
    assert call(public("GET")(view), AnonymousUser(), "head").status_code == 200
    assert call(public("POST")(view), AnonymousUser(), "head").status_code == 405


def test_a_stranger_is_asked_to_sign_in_before_learning_which_verbs_there_are():
    assert call(signed_in("GET")(view), AnonymousUser(), "delete").status_code == 302


@pytest.mark.django_db
def test_for_everybody_else_the_administrators_pages_do_not_exist():
    page = administrator("GET")(view)
    assert call(page, UserFactory.create(administrator=True)).content == b"inside"
    assert call(page, AnonymousUser()).status_code == 302
    for method in ("get", "post"):
        with pytest.raises(Http404):
            call(page, UserFactory.create(), method)
