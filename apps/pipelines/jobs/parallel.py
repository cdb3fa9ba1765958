"""Steps that take their data in mini-batches: their settings, as job files have them."""

import re
from typing import Any, Final

from django.utils.translation import gettext as _

from apps.pipelines.jobs.source import SectionReader

FIELDS: Final = (
    "task", "input_data", "mini_batch_size", "partition_keys", "max_concurrency_per_instance", "error_threshold",
    "mini_batch_error_threshold", "logging_level", "retry_settings",
)  # fmt: skip
TASK_FIELDS: Final = (
    "type", "code", "entry_script", "environment", "program_arguments", "append_row_to", "additional_includes",
)  # fmt: skip
LEVELS: Final = ("WARNING", "INFO", "DEBUG")

_SIZE: Final = re.compile(r"\d+\s*([kKmMgG]?[bB]?)?")
_PLACE: Final = re.compile(r"\$\{\{\s*(inputs|outputs)\.(?P<name>[A-Za-z0-9_]+)\s*\}\}")


def parallel_settings(section: SectionReader) -> dict[str, Any]:
    """Return what is said of mini-batches: of a component all of it, of a step that uses one what it says instead.

    Keys: ``entry_script``, ``program_arguments``, ``append_row_to`` (an output), ``input_data`` (an input), ``mini_batch_size``
    (a text such as ``10`` or ``1MB``), ``partition_keys``, ``instance_count``, ``max_concurrency_per_instance``,
    ``error_threshold``, ``mini_batch_error_threshold`` (-1: as many as you like), ``logging_level``, ``max_retries``, and
    ``timeout`` of one mini-batch in seconds.
    """
    task = section.section("task")
    task.check_names(TASK_FIELDS, _("a task"))
    kind = task.text("type")
    if kind and kind != "run_function":
        task.say(("type",), _("only tasks of the type “run_function” are carried out"))
    retry = section.section("retry_settings")
    retry.check_names(("max_retries", "timeout"), "retry_settings")
    found = {
        "entry_script": task.text("entry_script"),
        "program_arguments": task.text("program_arguments").strip(),
        "append_row_to": _named(task, "append_row_to"),
        "input_data": _named(section, "input_data"),
        "mini_batch_size": _size(section),
        "partition_keys": _keys(section),
        "instance_count": section.section("resources").count("instance_count"),
        "max_concurrency_per_instance": section.count("max_concurrency_per_instance"),
        "error_threshold": section.count("error_threshold", -1),
        "mini_batch_error_threshold": section.count("mini_batch_error_threshold", -1),
        "logging_level": _level(section),
        "max_retries": retry.count("max_retries", 0),
        "timeout": retry.count("timeout"),
    }
    return {name: value for name, value in found.items() if value not in (None, "", [])}


def check_complete(section: SectionReader, settings: dict[str, Any]) -> None:
    """Say what a parallel component lacks."""
    if not settings.get("entry_script"):
        section.say(("task", "entry_script"), _("say which script has the functions init() and run(mini_batch)"))
    if not settings.get("input_data"):
        section.say(("input_data",), _("say which input is taken in mini-batches, such as “${{inputs.data}}”"))


def _named(section: SectionReader, name: str) -> str:
    """Return the input or output that a field names."""
    written = section.text(name)
    if not written:
        return ""
    match = _PLACE.fullmatch(written.strip())
    if match is None:
        section.say((name,), _("write “${{inputs.NAME}}” or “${{outputs.NAME}}”"))
        return ""
    return match["name"]


def _size(section: SectionReader) -> str:
    written = section.text("mini_batch_size").strip()
    if written and not _SIZE.fullmatch(written):
        section.say(("mini_batch_size",), _("it is a number of files, or a size such as “10kb” or “1MB”"))
        return ""
    return written


def _keys(section: SectionReader) -> list[str]:
    value = section.tree.get("partition_keys")
    if value is None:
        return []
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",")]
    if not isinstance(value, list) or not all(isinstance(key, (str, int)) for key in value):
        section.say(("partition_keys",), _("it is a list of columns"))
        return []
    return [str(key) for key in value if str(key)]


def _level(section: SectionReader) -> str:
    written = section.text("logging_level").upper()
    if written and written not in LEVELS:
        section.say(("logging_level",), _("it is one of: %(levels)s") % {"levels": ", ".join(LEVELS)})
        return ""
    return written
