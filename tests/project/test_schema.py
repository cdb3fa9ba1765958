"""The API's schema, from which clients are generated."""

import pytest
from django.core.management import call_command


@pytest.fixture
def schema(tmp_path):
    """The schema as ``/api/v1/schema/`` gives it; generating it fails on any warning."""
    file = tmp_path / "schema.yaml"
    call_command("spectacular", file=str(file), fail_on_warn=True, validate=True)
    return file.read_text()


def test_the_schema_is_valid_and_complete(schema):
    assert "/api/v1/workspaces/" in schema
    assert "/api/v1/me/" in schema
