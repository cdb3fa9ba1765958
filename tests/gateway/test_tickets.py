"""From a session at the studio to a cookie of the content host."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from apps.core.content import tickets
from apps.core.content.tickets import TicketRefused
from apps.core.models import SpentTicket
from tests.gateway.conftest import Reader, Shelve

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket(reader: Reader, shelve: Shelve) -> str:
    return ticket_in(reader.ticket_address(shelve("report.html", "")))


def ticket_in(address: str) -> str:
    return parse_qs(urlsplit(address).query)["ticket"][0]


def aged(ticket: str, purpose: str, seconds: int) -> str:
    """Return a ticket or cookie as it would be, had it been made ``seconds`` earlier."""
    cipher = tickets._cipher(purpose)
    return cipher.encrypt_at_time(cipher.decrypt(ticket.encode()), int(time.time()) - seconds).decode()


def test_a_link_leads_to_the_content_host_and_is_not_kept(reader, shelve):
    path = shelve("report.html", "")
    answer = reader.client.get(f"/content/{path}", headers={"host": urlsplit(settings.STUDIO.url).netloc})
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"{settings.STUDIO.content_url}/enter?ticket=")
    assert "no-store" in answer["Cache-Control"]


def test_a_stranger_is_asked_to_sign_in_and_another_person_finds_nothing(shelve, reader):
    path = shelve("report.html", "")
    host = {"host": urlsplit(settings.STUDIO.url).netloc}
    assert Client().get(f"/content/{path}", headers=host)["Location"].startswith("/sign-in/")
    assert reader.client.get("/content/demo/other.html", headers=host).status_code == 404


def test_a_ticket_opens_its_file_once(ticket, reader):
    entry = tickets.redeem(ticket)
    assert entry.path == "/files/demo/report.html"
    assert tickets.holder_of(entry.cookie) == reader.user
    with pytest.raises(TicketRefused):
        tickets.redeem(ticket)


def test_a_ticket_written_differently_is_the_same_ticket(ticket):
    tickets.redeem(ticket)
    for variant in (ticket.rstrip("="), f"{ticket}==", f" {ticket}", ticket.replace("-", "+").replace("_", "/")):
        with pytest.raises(TicketRefused):
            tickets.redeem(variant)


def test_a_ticket_is_good_for_half_a_minute(ticket):
    with pytest.raises(TicketRefused):
        tickets.redeem(aged(ticket, "ticket", 31))
    tickets.redeem(aged(ticket, "ticket", 25))


def test_a_cookie_is_good_for_an_hour(ticket, reader):
    cookie = tickets.redeem(ticket).cookie
    assert tickets.holder_of(aged(cookie, "cookie", 3601)) is None
    assert tickets.holder_of(aged(cookie, "cookie", 3500)) == reader.user


@pytest.mark.parametrize("forged", ["", "x", "ñ", "gAAAAA==", "null"])
def test_what_we_did_not_make_opens_nothing(forged, db):
    with pytest.raises(TicketRefused):
        tickets.redeem(forged)
    assert tickets.holder_of(forged) is None


def test_one_changed_character_makes_a_forgery(ticket):
    for position in (0, 12, len(ticket) // 2, len(ticket) - 4):
        changed = "A" if ticket[position] != "A" else "B"
        with pytest.raises(TicketRefused):
            tickets.redeem(ticket[:position] + changed + ticket[position + 1 :])


def test_a_cookie_is_no_ticket_and_a_ticket_no_cookie(ticket):
    assert tickets.holder_of(ticket) is None
    cookie = tickets.redeem(ticket).cookie
    with pytest.raises(TicketRefused):
        tickets.redeem(cookie)


def test_neither_shows_the_session_it_came_from(ticket, reader):
    key = reader.client.session.session_key
    cookie = tickets.redeem(ticket).cookie
    assert key not in ticket
    assert key not in cookie


def test_a_ticket_of_a_session_that_has_ended_opens_nothing(ticket, reader):
    reader.client.logout()
    with pytest.raises(TicketRefused):
        tickets.redeem(ticket)
    assert not SpentTicket.objects.exists()


@pytest.mark.service
@pytest.mark.django_db(transaction=True)
def test_of_two_uses_at_once_one_wins(ticket):
    start = threading.Barrier(2)

    def use() -> bool:
        start.wait(20)
        try:
            tickets.redeem(ticket)
        except TicketRefused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as threads:
        outcomes = [future.result(20) for future in [threads.submit(use), threads.submit(use)]]
    assert sorted(outcomes) == [False, True]
