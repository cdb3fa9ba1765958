"""Which host names open the site, and where people are sent from the others."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db

HOSTILE_HOSTS = [
    "evil.example",
    "studio.localhost.evil.example",
    "evil.example/studio.localhost",
    "studio.localhost@evil.example",
    "studio.localhost:8000:80",
    "evil.example#studio.localhost",
    "[::1",
    "127.0.0.1.evil.example",
    "169.254.169.254",
    "x" * 300,
    "studio.localhost\\evil",
    "content.studio.localhost",
    "",
]


@pytest.mark.parametrize("address", ["/sign-in/", "/", "/api/v1/me/", "/static/x.js"])
@pytest.mark.parametrize("host", HOSTILE_HOSTS)
def test_a_host_name_that_is_not_ours_is_refused(client, host, address):
    """Else a site of another name that points here (DNS rebinding) could read what the studio says to programs."""
    answer = client.get(address, headers={"host": host})
    assert answer.status_code == 400
    assert "Location" not in answer


def test_forwarded_host_names_are_not_believed(client, settings):
    host = settings.STUDIO.url.partition("//")[2]
    answer = client.get("/no/such/page/", headers={"host": host, "x-forwarded-host": "evil.example"})
    assert answer.status_code == 404
    assert "evil.example" not in answer.content.decode()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_people_at_another_name_of_this_machine_are_sent_to_the_sites_own(client, settings, host):
    answer = client.get("/some/page/?q=a%20b&next=//x", headers={"host": f"{host}:{settings.STUDIO.port}"})
    assert answer.status_code == 307, "not for good: browsers would remember it for other programs on this port"
    assert answer["Location"] == f"{settings.STUDIO.url}/some/page/?q=a%20b&next=//x"


def test_the_way_back_to_the_sites_own_name_never_leads_elsewhere(client, settings):
    for path in ("//evil.example/", "/\\evil.example", "/%0d%0aLocation:%20http://evil.example", "/@evil.example"):
        answer = client.get(path, headers={"host": f"127.0.0.1:{settings.STUDIO.port}"})
        assert answer["Location"].startswith(f"{settings.STUDIO.url}/")


@pytest.mark.parametrize("address", ["/api/v1/no/such/thing/", "/healthz"])
def test_programs_stay_where_they_are(client, settings, address):
    answer = client.get(address, headers={"host": f"127.0.0.1:{settings.STUDIO.port}"})
    assert answer.status_code != 307


def test_a_form_from_another_site_is_refused_even_at_this_machines_name(settings):
    client = Client(enforce_csrf_checks=True)
    headers = {"host": f"127.0.0.1:{settings.STUDIO.port}", "origin": "http://evil.example"}
    assert client.post("/views/save/", {}, headers=headers).status_code == 403
