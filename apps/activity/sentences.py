"""Records of the audit log as sentences: "Ada added Grace as Reader"."""

from collections.abc import Callable
from typing import Any

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.activity.models import AuditRecord
from apps.activity.verbs import VERBS, label_of
from apps.workspaces.roles import Role


def sentence_of(record: AuditRecord) -> str:
    """Return a record as a plain sentence in the reader's language."""
    return _fill(record, text=str, value=str)


def sentence_html(record: AuditRecord) -> SafeString:
    """Return a record as a sentence with its names emphasised, safe to show."""
    return SafeString(_fill(record, text=conditional_escape, value=lambda name: format_html("<b>{}</b>", name)))


def details_of(record: AuditRecord) -> dict[str, str]:
    """Return what the sentence leaves out, by name; for an edit, what each field was and is."""
    detail = dict(record.detail)
    before, after = detail.pop("before", {}), detail.pop("after", {})
    known = VERBS.get(record.verb)
    told = str(known.sentence) if known else ""
    shown = {key: _shown(value) for key, value in detail.items() if f"%({key})s" not in told}
    return shown | {key: f"{_shown(before.get(key, ''))} → {_shown(value)}" for key, value in after.items()}


def _fill(record: AuditRecord, *, text: Callable[[Any], str], value: Callable[[str], str]) -> str:
    names = {
        **{key: _shown(detail) for key, detail in record.detail.items()},
        "actor": record.actor_name or _("The studio"),
        "target": record.target_label or record.summary,
        "summary": record.summary,
    }
    values = {key: value(name) for key, name in names.items()}
    known = VERBS.get(record.verb)
    if known is not None:
        try:
            return text(str(known.sentence)) % values
        except KeyError:  # an older version recorded it with other detail
            pass
    return " ".join(
        [values["actor"], text(label_of(record.verb).lower()), *([values["target"]] if names["target"] else [])]
    )


def _shown(detail: Any) -> str:
    """Return a detail as people read it: roles by their names, several things with commas, changes by their fields."""
    if isinstance(detail, str) and detail in Role.values:
        return str(Role(detail).label)
    if isinstance(detail, dict | list):
        return ", ".join(str(item) for item in detail)
    return str(detail)
