"""Errors speak: a page for people, problem+json for programs and htmx, and a reference that leads to the cause in the log."""

import logging
import sqlite3
from typing import Any

import orjson
import pytest
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation, ValidationError
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.access import Access, Level, public
from apps.core.api.problems import MEDIA_TYPE
from apps.core.errors import Conflict, InvalidInput, NotAllowed, NotFound, PlatformError, UserError

SECRET = "the password is hunter2"


class Teapot(UserError):
    """An error of an app's own."""

    code = "teapot"
    status = 418


def full_disk() -> OperationalError:
    error = OperationalError("database or disk is full")
    error.__cause__ = sqlite3.OperationalError("database or disk is full")
    error.__cause__.sqlite_errorname = "SQLITE_FULL"
    return error


ERRORS: dict[str, tuple[Exception, int, str]] = {
    "user_error": (UserError("Choose another name."), 400, "Choose another name."),
    "not_allowed": (NotAllowed("Your role is Reader."), 403, "Your role is Reader."),
    "not_found": (NotFound("There is no such run."), 404, "There is no such run."),
    "conflict": (Conflict("This name is taken."), 409, "This name is taken."),
    "invalid": (InvalidInput({"size": ["At least 1.", "Whole."], "name": ["Too long."]}), 400, "At least 1."),
    "teapot": (Teapot("Short and stout."), 418, "Short and stout."),
    "platform_error": (PlatformError("The store is broken.", reference="E-12345678"), 500, "The store is broken."),
    "disk_full": (full_disk(), 507, "disk is full"),
    "disk_full_file": (OSError(28, "No space left on device"), 507, "disk is full"),
    "database_away": (OperationalError("no route to 10.1.2.3"), 503, "does not answer"),
}
UNFORESEEN: dict[str, Exception] = {
    "unforeseen": RuntimeError(SECRET),
    "of_django": ValidationError(SECRET),
    "key_error": KeyError(SECRET),
}
BY_DJANGO: dict[str, tuple[Exception, int]] = {
    "missing": (Http404(SECRET), 404),
    "denied": (PermissionDenied(SECRET), 403),
    "bad": (BadRequest(SECRET), 400),
    "suspicious": (SuspiciousOperation(SECRET), 400),
}


class FieldsSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=3)
    inner = serializers.ListField(child=serializers.IntegerField())


@public("GET", "POST")
def page(request: HttpRequest, case: str) -> HttpResponse:
    assert request.POST is not None  # reads a form, as pages do
    spoken: dict[str, Exception] = {name: row[0] for name, row in ERRORS.items()}
    by_django: dict[str, Exception] = {name: row[0] for name, row in BY_DJANGO.items()}
    raise {**spoken, **by_django, **UNFORESEEN}[case]


class Failing(APIView):
    access = Access(Level.PUBLIC, {"GET": "", "POST": ""})

    def get(self, request: Request, case: str) -> Response:
        if case == "throttled":
            raise exceptions.Throttled(wait=7)
        page.__wrapped__(request, case)  # type: ignore[attr-defined]
        raise AssertionError

    def post(self, request: Request, case: str) -> Response:
        fields = FieldsSerializer(data=request.data)
        fields.is_valid(raise_exception=True)
        return Response(fields.validated_data)


class SignedIn(APIView):
    access = Access(Level.SIGNED_IN, {"GET": ""})

    def get(self, request: Request) -> Response:
        return Response({})


class Undeclared(APIView):
    def get(self, request: Request) -> Response:
        return Response({})


urlpatterns = [
    path("page/<str:case>/", page),
    path("api/v1/failing/<str:case>/", Failing.as_view()),
    path("api/v1/signed-in/", SignedIn.as_view()),
    path("api/v1/undeclared/", Undeclared.as_view()),
    path("", include("studio.urls")),
]
handler400 = "apps.portal.views.errors.bad_request"
handler403 = "apps.portal.views.errors.forbidden"
handler404 = "apps.portal.views.errors.not_found"
handler500 = "apps.portal.views.errors.server_error"

pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


@pytest.fixture
def client(settings) -> Client:
    """A browser; exceptions become answers as they do in the web process."""
    return Client(headers={"host": settings.STUDIO.url.partition("//")[2]}, raise_request_exception=False)


def references(caplog: pytest.LogCaptureFixture) -> str:
    return " ".join(record.getMessage() for record in caplog.records if record.name.startswith("apps."))


@pytest.mark.parametrize("case", ERRORS)
def test_a_page_shows_the_words_of_an_error(client, case):
    _, status, words = ERRORS[case]
    answer = client.get(f"/page/{case}/")
    assert answer.status_code == status
    assert answer["Content-Type"].startswith("text/html")
    assert words in answer.content.decode()


@pytest.mark.parametrize("headers", [{"HX-Request": "true"}, {"Accept": "application/json"}])
@pytest.mark.parametrize("case", ERRORS)
def test_htmx_and_programs_get_the_words_as_problem_json(client, case, headers):
    _, status, words = ERRORS[case]
    answer = client.get(f"/page/{case}/", headers=headers)
    problem = answer.json()
    assert (answer.status_code, answer["Content-Type"]) == (status, MEDIA_TYPE)
    assert problem["status"] == status
    assert words in problem["detail"]


@pytest.mark.parametrize("case", ERRORS)
def test_the_api_speaks_problem_json(client, case):
    error, status, words = ERRORS[case]
    answer = client.get(f"/api/v1/failing/{case}/")
    problem = answer.json()
    assert (answer.status_code, answer["Content-Type"]) == (status, MEDIA_TYPE)
    assert {"type", "title", "status", "code", "detail"} <= set(problem)
    assert problem["type"] == f"urn:studio:error:{problem['code']}"
    assert problem["code"] == getattr(error, "code", case.removesuffix("_file"))
    assert words in problem["detail"]


def test_the_api_names_each_field_that_is_wrong(client):
    assert client.get("/api/v1/failing/invalid/").json()["errors"] == {
        "size": ["At least 1.", "Whole."],
        "name": ["Too long."],
    }
    answer = client.post("/api/v1/failing/x/", {"name": "long", "inner": [1, "x"]}, "application/json")
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {"name", "inner.1"}


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
@pytest.mark.parametrize(
    ("case", "address"),
    [*((case, "/page/") for case in UNFORESEEN), ("unforeseen", "/api/v1/failing/"), ("key_error", "/api/v1/failing/")],
)
def test_what_is_our_fault_hides_its_cause_and_gives_a_reference_that_is_in_the_log(
    client, caplog, case, address, headers
):
    answer = client.get(f"{address}{case}/", headers=headers)
    text = answer.content.decode()
    assert answer.status_code == 500
    assert "hunter2" not in text
    assert "Traceback" not in text
    logged = references(caplog)
    reference = logged[logged.index("E-") :][:10]
    assert reference in text
    assert any(record.exc_info and SECRET in str(record.exc_info[1]) for record in caplog.records if record.exc_info)


def test_what_breaks_outside_of_views_has_a_reference_too(client, caplog, settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.broken_middleware"]
    answer = client.get("/page/user_error/")
    logged = references(caplog)
    assert answer.status_code == 500
    assert "hunter2" not in answer.content.decode()
    assert logged[logged.index("E-") :][:10] in answer.content.decode()


def broken_middleware(get_response: Any) -> Any:
    def fail(request: HttpRequest) -> HttpResponse:
        raise RuntimeError(SECRET)

    return fail


@pytest.mark.parametrize("case", BY_DJANGO)
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_errors_that_django_answers_look_like_ours_and_keep_their_details(client, case, headers):
    status = BY_DJANGO[case][1]
    answer = client.get(f"/page/{case}/", headers=headers)
    assert answer.status_code == status
    assert "hunter2" not in answer.content.decode()
    assert answer["Content-Type"].startswith(MEDIA_TYPE if headers else "text/html")


def test_the_users_fault_is_not_logged_as_ours(client, caplog):
    caplog.set_level(logging.WARNING)
    client.get("/page/conflict/")
    client.get("/api/v1/failing/conflict/")
    assert not references(caplog)


def test_an_address_that_is_nothing_is_a_page_for_people_and_problem_json_in_the_api(client):
    page, problem = client.get("/no/such/page/"), client.get("/api/v1/no/such/thing/")
    assert (page.status_code, page["Content-Type"].partition(";")[0]) == (404, "text/html")
    assert (problem.status_code, problem["Content-Type"]) == (404, MEDIA_TYPE)
    assert problem.json()["code"] == "not_found"


def test_a_verb_that_is_not_offered_is_refused_with_those_that_are(client):
    page, api = client.put("/page/x/"), client.delete("/api/v1/failing/x/")
    assert (page.status_code, set(page["Allow"].split(", "))) == (405, {"GET", "POST"})
    assert (api.status_code, api["Content-Type"]) == (405, MEDIA_TYPE)
    assert api.json()["code"] == "method_not_allowed"


def test_the_api_asks_who_calls_and_an_undeclared_view_answers_nobody(client):
    answer = client.get("/api/v1/signed-in/")
    assert (answer.status_code, answer["Content-Type"]) == (401, MEDIA_TYPE)
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert client.get("/api/v1/undeclared/").status_code == 401


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"a":NaN}', b'{"a":"\\ud800"}', b"\xff\xfe", b"[" * 100_000, b'{"a":' * 100_000, b"1e", b"'x'"],
    ids=range(9),
)
def test_a_body_that_is_no_json_is_the_callers_fault(client, body):
    answer = client.post("/api/v1/failing/x/", body, "application/json")
    assert (answer.status_code, answer["Content-Type"]) == (400, MEDIA_TYPE)


def test_a_body_that_is_too_large_is_refused_before_it_is_read(client, settings):
    body = orjson.dumps({"name": "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE})
    answer = client.post("/api/v1/failing/x/", body, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_form_that_is_too_large_is_refused_in_words(client, settings):
    body = f"text={'x' * settings.DATA_UPLOAD_MAX_MEMORY_SIZE}"
    answer = client.post("/page/conflict/", body, "application/x-www-form-urlencoded")
    assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (413, "text/html")
    assert "larger than" in answer.content.decode()


def test_a_media_type_the_api_does_not_read_is_named(client):
    answer = client.post("/api/v1/failing/x/", "<x/>", "application/xml")
    assert (answer.status_code, answer["Content-Type"]) == (415, MEDIA_TYPE)
    assert "application/xml" in answer.json()["detail"]


def test_a_caller_who_must_wait_is_told_how_long(client):
    answer = client.get("/api/v1/failing/throttled/")
    assert (answer.status_code, answer["Retry-After"]) == (429, "7")
