"""Changes of a document as values: what each sets, what takes it back, and where two of them touch the same thing.

A patch is ``{section: {key: the whole new value, or None to remove it}}``; what it does not name stays. Knows nothing of Django.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

SECTIONS: Final = ("nodes", "inputs", "outputs", "frames", "settings")
SETTINGS: Final = {
    "default_compute": "",
    "default_datastore": "",
    "continue_on_step_failure": False,
    "force_rerun": False,
}
"""What settings are that nobody has set."""

Document = Mapping[str, Any]
Patch = dict[str, dict[str, Any]]


def faults_of(patch: Any) -> dict[str, str]:
    """Return what keeps a value from being a patch, by place; empty where nothing does."""
    if not isinstance(patch, dict):
        return {"patch": "A patch is an object with sections."}
    faults = {
        f"patch.{section}": f"There is no section “{str(section)[:60]}”. There are: {', '.join(SECTIONS)}."
        for section in patch
        if section not in SECTIONS
    }
    for section in SECTIONS:
        if section in patch and not isinstance(patch[section], dict):
            faults[f"patch.{section}"] = "A section of a patch is an object of new values by key."
    return faults


def applied(document: Document, patch: Patch) -> tuple[dict[str, Any], Patch]:
    """Return the document after a patch, and the patch that takes it back. What is set to what it is already is in neither."""
    changed = dict(document)
    inverse: Patch = {}
    for section, values in patch.items():
        before = document.get(section, {})
        undo = {key: before.get(key) for key, value in values.items() if value != before.get(key)}
        if not undo:
            continue
        after = {key: value for key, value in before.items() if key not in undo}
        after |= {key: values[key] for key in undo if values[key] is not None}
        changed[section] = after
        inverse[section] = undo
    return changed, inverse


def difference(before: Document, after: Document) -> Patch:
    """Return the patch that makes one document of the other; a setting that is gone goes back to its default."""
    patch: Patch = {}
    for section in SECTIONS:
        default: Mapping[str, Any] = SETTINGS if section == "settings" else {}
        old, new = {**default, **before.get(section, {})}, {**default, **after.get(section, {})}
        changed = {key: new.get(key) for key in {**old, **new} if old.get(key) != new.get(key)}
        if changed:
            patch[section] = changed
    return patch


def merged(patches: Iterable[Patch]) -> Patch:
    """Return one patch that does what several do one after the other."""
    whole: Patch = {}
    for patch in patches:
        for section, values in patch.items():
            whole.setdefault(section, {}).update(values)
    return whole


def touched(patch: Patch) -> set[tuple[str, str]]:
    """Return what a patch sets, as (section, key)."""
    return {(section, key) for section, values in patch.items() for key in values}
