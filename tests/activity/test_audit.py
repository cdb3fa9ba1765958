"""The audit log: what is recorded, and that it stays."""

import ast
import dataclasses
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import translation

from apps.activity.client import ClientAddressMiddleware
from apps.activity.models import AuditRecord
from apps.activity.models.audit import AuditRecordIsFinal
from apps.activity.sentences import details_of, sentence_html, sentence_of
from apps.activity.verbs import VERBS
from apps.core import hooks
from studio.environment import PROJECT_DIR
from tests.accounts.factories import UserFactory
from tests.activity.factories import AuditRecordFactory
from tests.workspaces.factories import MembershipFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db


def test_a_record_keeps_the_names_of_what_is_gone():
    ada, workspace = UserFactory.create(full_name="Ada"), WorkspaceFactory.create(name="acme")
    hooks.audit(ada, "workspace.created", workspace)
    workspace_id = workspace.pk
    workspace.delete()
    ada.delete()
    record = AuditRecord.objects.get()
    assert (record.actor, record.actor_name) == (None, "Ada")
    assert (record.target_label, record.target_id, record.workspace_id) == ("acme", str(workspace_id), workspace_id)


def test_a_record_belongs_to_the_workspace_of_its_target():
    membership = MembershipFactory.create()
    hooks.audit(None, "member.left", membership)
    assert AuditRecord.objects.get().workspace_id == membership.workspace_id


def test_what_is_taken_back_is_not_recorded():
    with transaction.atomic():
        hooks.audit(None, "workspace.created", summary="acme")
        transaction.set_rollback(True)
    assert not AuditRecord.objects.exists()


@pytest.mark.parametrize(
    "tampering",
    [
        lambda record: record.save(),
        lambda record: record.delete(),
        lambda record: AuditRecord.objects.update(actor_name="Nobody"),
        lambda record: AuditRecord.objects.filter(pk=record.pk).delete(),
        lambda record: AuditRecord.objects.bulk_update([record], ["actor_name"]),
    ],
)
def test_a_record_is_never_changed_or_deleted(tampering):
    record = AuditRecordFactory.create()
    record.actor_name = "Nobody"
    with pytest.raises(AuditRecordIsFinal):
        tampering(record)
    assert AuditRecord.objects.get().actor_name == "Ada"


@pytest.mark.parametrize(
    ("trusted", "headers", "address"),
    [
        (False, {}, "192.0.2.7"),
        (False, {"X-Forwarded-For": "203.0.113.9"}, "192.0.2.7"),
        (True, {"X-Forwarded-For": "198.51.100.1, 203.0.113.9"}, "203.0.113.9"),
        (True, {"X-Forwarded-For": "nonsense"}, None),
    ],
)
def test_the_address_is_the_one_the_proxy_has_seen(settings, rf, trusted, headers, address):
    settings.STUDIO = dataclasses.replace(settings.STUDIO, trusted_proxy=trusted)

    def view(request):
        hooks.audit(None, "workspace.created", summary="acme")

    ClientAddressMiddleware(view)(rf.get("/", headers=headers, REMOTE_ADDR="192.0.2.7"))
    hooks.audit(None, "workspace.created", summary="outside of any request")
    assert list(AuditRecord.objects.order_by("created_at").values_list("address", flat=True)) == [address, None]


SENTENCES = [
    ({"verb": "member.added", "target_label": "Grace", "detail": {"role": "reader"}}, "Ada added Grace as Reader", {}),
    (
        {"verb": "member.role_changed", "target_label": "Grace", "detail": {"role": "owner", "before": "reader"}},
        "Ada changed the role of Grace from Reader to Owner",
        {},
    ),
    (
        {
            "verb": "workspace.edited",
            "detail": {
                "before": {"description": "", "tags": {}},
                "after": {"description": "Fast", "tags": {"team": "x"}},
            },
        },
        "Ada changed description, tags of the workspace acme",
        {"description": "– → Fast", "tags": "– → team: x"},
    ),
    ({"verb": "account.signed_in", "detail": {"method": "link"}}, "Ada signed in with a sign-in link", {}),
    (
        {"verb": "token.created", "target_label": "laptop", "detail": {"scope": "write"}},
        "Ada created the access token laptop",
        {"scope": "Read and write"},
    ),
    ({"verb": "workspace.destroyed", "actor_name": ""}, "The workspace acme was deleted for good", {}),
    (
        {"verb": "robot.switched_on", "actor_name": "", "target_label": "", "summary": "R2"},
        "The studio robot switched on R2",
        {},
    ),
    ({"verb": "member.added", "target_label": "Grace"}, "Ada member added Grace", {}),
]


@pytest.mark.parametrize(("fields", "sentence", "details"), SENTENCES)
def test_records_read_as_sentences(fields, sentence, details):
    record = AuditRecordFactory.build(**fields)
    assert sentence_of(record) == sentence
    assert details_of(record) == details


def test_hostile_names_stay_names():
    record = AuditRecordFactory.build(actor_name="<script>", target_label="100%(x)s & <b>")
    assert sentence_html(record) == ("<b>&lt;script&gt;</b> created the workspace <b>100%(x)s &amp; &lt;b&gt;</b>")


def test_every_verb_the_studio_records_has_a_sentence():
    spoken = {verb for path in (PROJECT_DIR / "apps").rglob("*.py") for verb in verbs_in(path)}
    assert len(spoken) > 20
    assert spoken <= set(VERBS), f"without a sentence: {sorted(spoken - set(VERBS))}"


def verbs_in(path: Path) -> set[str]:
    """Return the verbs a module hands to ``audit``: written in the call, through ``_record``, or by a name ``verb``."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in {
            "audit",
            "_record",
        }:
            places: list[ast.AST] = list(node.args)
        elif isinstance(node, ast.Assign) and any(getattr(target, "id", "") == "verb" for target in node.targets):
            places = [node.value]
        else:
            continue
        constants = (part.value for place in places for part in ast.walk(place) if isinstance(part, ast.Constant))
        found |= {value for value in constants if isinstance(value, str) and value.count(".") == 1 and " " not in value}
    return found


def test_sentences_follow_the_readers_language():
    record = AuditRecordFactory.build(verb="member.added", target_label="Grace", detail={"role": "reader"})
    with translation.override("es"):
        assert "Ada" in sentence_of(record)
        assert "Grace" in sentence_of(record)
