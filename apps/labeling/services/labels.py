"""The labels of a project."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.labeling.models import Label, LabelingProject
from apps.workspaces.services.shared import check_fields

MOST_LABELS: Final = 500
MOST_LEVELS: Final = 6
HOTKEYS: Final = "123456789"
# Told apart by people who see colors otherwise too (Okabe and Ito).
PALETTE: Final = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#666666")


@dataclass(frozen=True)
class NewLabel:
    """A label to make. ``name`` may be a path, ``Animal/Cat``, whose beginnings are made as well."""

    name: str
    color: str = ""
    hotkey: str = ""


def create_labels(project: LabelingProject, wanted: Sequence[NewLabel]) -> list[Label]:
    """Make the labels of a new project. The first nine without a key of their own get the digits.

    Raises:
        InvalidInput: there are none or too many, one is twice there, is nested too deeply, or breaks a rule.
    """
    made: dict[str, Label] = {}
    for label in wanted:
        parts = [part.strip() for part in label.name.split("/")]
        path = "/".join(parts)
        if not all(parts):
            raise InvalidInput({"labels": [_("A label has an empty name. Write one to a line, as Animal/Cat.")]})
        if len(parts) > MOST_LEVELS:
            raise InvalidInput({"labels": [_("“%(name)s” has more than 6 levels.") % {"name": path}]})
        for depth in range(1, len(parts) + 1):
            key = "/".join(parts[:depth])
            if key in made:
                if depth == len(parts):
                    raise InvalidInput({"labels": [_("“%(name)s” is there twice.") % {"name": path}]})
                continue
            parent = made.get("/".join(parts[: depth - 1]))
            made[key] = Label(
                project=project,
                key=secrets.token_hex(4),
                parent=parent,
                name=parts[depth - 1],
                color=label.color.lower() or PALETTE[len(made) % len(PALETTE)],
                hotkey=label.hotkey if depth == len(parts) else "",
                position=len(made),
            )
    _check(list(made.values()))
    _give_keys(list(made.values()))
    Label.objects.bulk_create(made.values())
    return list(made.values())


def _check(labels: Sequence[Label]) -> None:
    if not labels:
        raise InvalidInput({"labels": [_("Give at least one label.")]})
    if len(labels) > MOST_LABELS:
        raise InvalidInput({"labels": [_("A project has at most 500 labels.")]})
    hotkeys = [label.hotkey for label in labels if label.hotkey]
    if len(set(hotkeys)) < len(hotkeys):
        raise InvalidInput({"labels": [_("Two labels have the same key.")]})
    for label in labels:
        try:
            check_fields(label, "name", "color", "hotkey")
        except InvalidInput as error:
            sentences = [f"{label.name}: {sentence}" for all_of in error.errors.values() for sentence in all_of]
            raise InvalidInput({"labels": sentences}) from None


def _give_keys(labels: Sequence[Label]) -> None:
    taken = {label.hotkey for label in labels}
    free = iter([key for key in HOTKEYS if key not in taken])
    for label in labels:
        if not label.hotkey:
            label.hotkey = next(free, "")
