"""Records of the audit log as sentences: "Ada added Grace as Reader"."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.activity.models import AuditRecord
from apps.activity.verbs import VERBS, WORDS, label_of


def sentence_of(record: AuditRecord) -> str:
    """Return a record as a plain sentence in the reader's language."""
    return _fill(record, text=str, value=str)


def sentence_html(record: AuditRecord) -> SafeString:
    """Return a record as a sentence with its names emphasised, safe to show."""
    return SafeString(_fill(record, text=conditional_escape, value=lambda name: format_html("<b>{}</b>", name)))


def details_of(record: AuditRecord) -> dict[str, str]:
    """Return what the sentence leaves out, by name; for an edit, what each field was and is."""
    known = VERBS.get(record.verb)
    told = str(known.sentence) if known else ""
    before, after = record.detail.get("before"), record.detail.get("after")
    if isinstance(before, dict) and isinstance(after, dict):
        return {
            _field_label(record, name): f"{_shown(name, before.get(name)) or '–'} → {_shown(name, value) or '–'}"
            for name, value in after.items()
        }
    rest = {name: value for name, value in record.detail.items() if f"%({name})s" not in told}
    return {_field_label(record, name): _shown(name, value) for name, value in rest.items()}


def _fill(record: AuditRecord, *, text: Callable[[Any], str], value: Callable[[str], str]) -> str:
    names = {
        **{name: _named(record, name, detail) for name, detail in record.detail.items()},
        "actor": record.actor_name or _("The studio"),
        "target": record.target_label or record.summary,
        "summary": record.summary,
    }
    values = {name: value(shown) for name, shown in names.items()}
    known = VERBS.get(record.verb)
    if known is not None:
        try:
            return text(str(known.sentence)) % values
        except KeyError:  # an older version recorded it with other detail
            pass
    verb = text(label_of(record.verb).lower())
    return " ".join([values["actor"], verb, *([values["target"]] if names["target"] else [])])


def _named(record: AuditRecord, name: str, detail: Any) -> str:
    """Return a detail as a sentence names it: of an edit, which fields it changed."""
    if name in {"after", "fields"}:
        return ", ".join(_field_label(record, field) for field in detail)
    return _shown(name, detail)


def _shown(name: str, detail: Any) -> str:
    """Return a detail as people read it: codes by their words, several things with commas."""
    if isinstance(detail, dict):
        return ", ".join(f"{key}: {value}" if value else str(key) for key, value in detail.items())
    if isinstance(detail, list):
        return ", ".join(str(item) for item in detail)
    return str(WORDS.get((name, str(detail)), "" if detail is None else detail))


def _field_label(record: AuditRecord, name: str) -> str:
    """Return what a field of the record's target is called; a name that is no field of it as plain words."""
    model = _models().get(record.target_kind)
    try:
        return str(model._meta.get_field(name).verbose_name) if model else name  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return name.replace("_", " ")


@cache
def _models() -> dict[str, type[Model]]:
    return {model._meta.model_name or "": model for model in apps.get_models()}
