"""Triggers as people and files write them: read, said in words, and written back."""

from datetime import UTC, datetime

import pytest

from apps.core.errors import InvalidInput
from apps.schedules.reading import read_trigger, stored_trigger, to_json
from apps.schedules.text import describe, describe_cron
from apps.schedules.triggers import cron_of

NOW = datetime(2026, 7, 1, 12, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("30 7 * * 1-5", "every weekday at 07:30"),
        ("0 * * * *", "every hour, on the hour"),
        ("7 * * * *", "every hour at minute 7"),
        ("*/15 * * * *", "every 15 minutes"),
        ("* * * * *", "every minute"),
        ("0 */6 * * *", "every day at 00:00, 06:00, 12:00 and 18:00"),
        ("*/10 8-17 * * MON-FRI", "every 10 minutes from 08:00 to 17:59, every weekday"),
        ("5,20 */2 * * *", "at minutes 5 and 20 of every 2 hours"),
        ("0 0 1 * *", "on day 1 of the month at 00:00"),
        ("0 9 13 * 5", "on day 13 of the month, or every Friday at 09:00"),
        ("0 0 L * *", "on the last day of the month at 00:00"),
        ("0 12 * 1,3 *", "every day in January and March at 12:00"),
        ("0 9 * * MON#2", "the second Monday of the month at 09:00"),
        ("0 9 * * 0,6", "every Saturday and Sunday at 09:00"),
        ("0 0 */2 * *", "every 2 days of the month, from the first on at 00:00"),
    ],
)
def test_cron_in_words(expression, words):
    assert describe_cron(cron_of(expression)) == words


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"type": "cron", "expression": "30 7 * * 1-5", "time_zone": "Europe/Berlin"}, "every weekday at 07:30, Europe/Berlin"),
        ({"type": "recurrence", "frequency": "Hour", "interval": 6}, "every 6 hours, UTC"),
        (
            {
                "type": "recurrence", "frequency": "week", "interval": 2, "time_zone": "Pacific Standard Time",
                "schedule": {"hours": [9, 17], "minutes": 30, "week_days": ["Monday", "friday"]},
                "start_time": "2026-07-10T10:00:00",
            },
            "every 2 weeks on Monday and Friday at 09:30 and 17:30, America/Los Angeles",
        ),
        ({"type": "recurrence", "frequency": "month", "interval": 1, "month_days": [1]}, "every month on day 1 at 12:01, UTC"),
        ({"type": "recurrence", "frequency": "day", "interval": 3, "hours": [8]}, "every 3 days at 08:00, UTC"),
        ({"type": "data", "watch": "x", "path": "azureml:iris"}, "when azureml:iris changes, looked at every 5 minutes"),
    ],
)  # fmt: skip
def test_triggers_in_words_and_back_again(given, words):
    trigger = read_trigger(given, NOW)
    assert describe(trigger) == words
    assert stored_trigger(to_json(trigger)) == trigger


def test_a_start_without_an_offset_is_on_the_clock_of_the_zone():
    given = {"type": "cron", "expression": "0 * * * *", "time_zone": "Europe/Berlin"}
    local = read_trigger({**given, "start_time": "2026-08-01T08:00"}, NOW)
    assert local == read_trigger({**given, "start_time": "2026-08-01T06:00:00Z"}, NOW)
    assert to_json(local)["start_time"] == "2026-08-01T08:00:00+02:00"


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        (None, {"type"}),
        ([], {"type"}),
        ({"type": "sunrise"}, {"type"}),
        ({"type": "cron", "expression": "61 * * * *", "time_zone": "Mars", "colour": 1, "start_time": "x"},
         {"expression", "time_zone", "colour", "start_time"}),
        ({"type": "cron"}, {"expression"}),
        ({"type": "cron", "expression": "0 0 * * *", "end_time": "2020-01-01"}, {"end_time"}),
        ({"type": "cron", "expression": "0 0 * * *", "start_time": "2027-01-02", "end_time": "2027-01-01"}, {"end_time"}),
        ({"type": "recurrence"}, {"frequency"}),
        ({"type": "recurrence", "frequency": "hour", "hours": [1]}, {"hours"}),
        ({"type": "recurrence", "frequency": "day", "interval": 0, "hours": ["8", 25]}, {"interval", "hours"}),
        ({"type": "recurrence", "frequency": "day", "interval": True}, {"interval"}),
        ({"type": "recurrence", "frequency": "week", "week_days": ["caturday"]}, {"week_days"}),
        ({"type": "recurrence", "frequency": "day", "schedule": "daily"}, {"schedule"}),
        ({"type": "data", "watch": "x"}, {"path"}),
        ({"type": "data", "watch": "x", "path": "a\nb", "polling_interval": 0}, {"path", "polling_interval"}),
        ({"type": "cron", "expression": "0 0 * * *", "start_time": "0001-01-01T00:00"}, {"start_time"}),
    ],
)  # fmt: skip
def test_every_fault_stands_at_its_field(given, fields):
    with pytest.raises(InvalidInput) as refused:
        read_trigger(given, NOW)
    assert set(refused.value.errors) == {f"trigger.{field}" for field in fields}
