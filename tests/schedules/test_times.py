"""Times of triggers: clocks that change, months that are short, and the same times wherever one begins to count."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.schedules.triggers import (
    CronTrigger,
    DataTrigger,
    Frequency,
    RecurrenceTrigger,
    TriggerFault,
    cron_of,
    find_zone,
    latest_times,
    next_time,
    times_after,
    zone_names,
)

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
# A zone whose clocks jump over midnight, one that moves by half an hour, one that skipped a whole day.
ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
)
EXPRESSIONS = (
    "30 2 * * *", "0 0 * * *", "*/20 * * * *", "15 1,2,3 * * *", "0 */6 * * *", "45 23 L * *", "5 4 * * 1-5", "30 0 1 4 *",
)  # fmt: skip


def shown(trigger, after: datetime, count: int) -> list[str]:
    zone = trigger.zone
    return [moment.astimezone(zone).strftime("%m-%d %H:%M %z") for moment in islice(times_after(trigger, after), count)]


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def test_a_time_that_the_clock_jumps_over_comes_right_after():
    daily = CronTrigger("30 2 * * *", BERLIN)
    assert shown(daily, at("2026-03-28T00:00"), 3) == ["03-28 02:30 +0100", "03-29 03:00 +0200", "03-30 02:30 +0200"]
    recurring = RecurrenceTrigger(Frequency.DAY, 1, BERLIN, at("2026-03-01T02:30"))
    assert shown(recurring, at("2026-03-28T00:00"), 3) == [
        "03-28 02:30 +0100",
        "03-29 03:00 +0200",
        "03-30 02:30 +0200",
    ]
    two = RecurrenceTrigger(Frequency.DAY, 1, BERLIN, at("2026-03-01T00:00"), hours=(2, 3), minutes=(0, 30))
    assert shown(two, at("2026-03-29T00:00"), 3) == ["03-29 03:00 +0200", "03-29 03:30 +0200", "03-30 02:00 +0200"]


def test_a_time_that_the_clock_shows_twice_comes_once():
    for trigger in (
        CronTrigger("30 2 * * *", BERLIN),
        RecurrenceTrigger(Frequency.DAY, 1, BERLIN, at("2026-10-01T02:30")),
    ):
        assert shown(trigger, at("2026-10-24T12:00"), 2) == ["10-25 02:30 +0200", "10-26 02:30 +0100"]
        # Also for one that begins to look within the second of the two hours.
        second = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
        assert second.astimezone(BERLIN).strftime("%H:%M %z") == "02:10 +0100"
        assert shown(trigger, second, 1) == ["10-26 02:30 +0100"]


def test_what_goes_by_minutes_and_hours_is_never_left_out_nor_doubled():
    six = RecurrenceTrigger(Frequency.HOUR, 6, NEW_YORK, at("2026-03-07T18:00", NEW_YORK))
    assert shown(six, at("2026-03-07T17:00", NEW_YORK), 3) == [
        "03-07 18:00 -0500",
        "03-08 00:00 -0500",
        "03-08 07:00 -0400",
    ]
    for trigger in (
        CronTrigger("*/30 * * * *", BERLIN),
        RecurrenceTrigger(Frequency.MINUTE, 30, BERLIN, at("2026-01-01T00:00")),
    ):
        for day in ("2026-03-28T23:00", "2026-10-24T23:00"):
            moments = list(islice(times_after(trigger, at(day)), 12))
            assert {later - earlier for earlier, later in pairwise(moments)} == {timedelta(minutes=30)}


def test_weeks_count_from_that_of_the_start():
    trigger = RecurrenceTrigger(
        Frequency.WEEK, 2, BERLIN, at("2026-07-01T09:00"), hours=(9, 17), minutes=(30,), week_days=(0, 2)
    )  # 2026-07-01 is a Wednesday
    assert shown(trigger, at("2026-06-01T00:00"), 5) == [
        "07-01 09:30 +0200", "07-01 17:30 +0200", "07-13 09:30 +0200", "07-13 17:30 +0200", "07-15 09:30 +0200",
    ]  # fmt: skip


def test_a_month_that_is_too_short_has_its_run_on_the_last_day():
    trigger = RecurrenceTrigger(Frequency.MONTH, 1, BERLIN, at("2026-01-31T08:00"))
    assert [text[:5] for text in shown(trigger, at("2026-01-01T00:00"), 4)] == ["01-31", "02-28", "03-31", "04-30"]
    quarters = RecurrenceTrigger(Frequency.MONTH, 3, BERLIN, at("2026-01-10T08:00"), month_days=(1, 15))
    assert [text[:5] for text in shown(quarters, at("2026-01-01T00:00"), 4)] == ["01-15", "04-01", "04-15", "07-01"]


def test_start_and_end_are_within():
    start, end = at("2026-07-01T00:00"), at("2026-07-01T00:20")
    for trigger in (
        CronTrigger("*/10 * * * *", BERLIN, start, end),
        RecurrenceTrigger(Frequency.MINUTE, 10, BERLIN, start, end),
        DataTrigger("door", "front", BERLIN, 10, start, end),
    ):
        assert shown(trigger, at("2020-01-01T00:00"), 9) == [
            "07-01 00:00 +0200",
            "07-01 00:10 +0200",
            "07-01 00:20 +0200",
        ]
        assert next_time(trigger, end) is None


def test_the_latest_of_very_many_are_found_at_once():
    every_minute = CronTrigger("* * * * *", BERLIN)
    until = datetime(2026, 1, 1, tzinfo=UTC)
    times, count = latest_times(every_minute, datetime(2000, 1, 1, tzinfo=UTC), until, 3)
    assert (times, count) == ([until - timedelta(minutes=2), until - timedelta(minutes=1), until], 1000)
    rare = CronTrigger("0 0 29 2 *", BERLIN)
    times, count = latest_times(rare, datetime(2000, 1, 1, tzinfo=UTC), until, 2)
    assert ([moment.astimezone(BERLIN).year for moment in times], count) == ([2020, 2024], 7)


@pytest.mark.parametrize(
    ("expression", "code", "value"),
    [
        ("* * * *", "five_fields", "4"),
        ("0 * * * * *", "five_fields", "6"),
        ("61 * * * *", "bad_field", "minute"),
        ("0 24 * * *", "bad_field", "hour"),
        ("0 0 31 2 *", "bad_field", "day-of-month"),
        ("0 0 * 13 *", "bad_field", "month"),
        ("0 0 * * MON#6", "bad_field", "day-of-week"),
        ("*/0 * * * *", "bad_field", "minute"),
        ("", "five_fields", "0"),
    ],
)
def test_what_no_cron_expression_is(expression, code, value):
    with pytest.raises(TriggerFault) as fault:
        cron_of(expression)
    assert (fault.value.code, fault.value.value) == (code, value)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text("0123456789*/,-#LWMONJAN?", min_size=1, max_size=8), min_size=5, max_size=5).map(" ".join))
def test_whatever_five_fields_say_is_read_or_refused(expression):
    with suppress(TriggerFault):
        assert cron_of(expression)


def test_zones_are_known_by_the_names_of_people_and_of_windows():
    assert find_zone("europe/BERLIN").key == "Europe/Berlin"
    assert find_zone("Pacific Standard Time").key == "America/Los_Angeles"
    assert find_zone("UTC").key == "UTC"
    assert {"UTC", "Europe/Berlin", "Asia/Kathmandu"} <= set(zone_names())
    for name in ("Mars/Olympus", "", "../../etc/passwd", "localtime"):
        with pytest.raises(TriggerFault):
            find_zone(name)


def triggers() -> st.SearchStrategy:
    zones = st.sampled_from([ZoneInfo(name) for name in ZONES])
    starts = st.integers(0, 27 * 1440).map(
        lambda minutes: datetime(2011, 12, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    )
    hours = st.lists(st.integers(0, 23), max_size=3).map(lambda values: tuple(sorted(set(values))))
    minutes = st.lists(st.integers(0, 59), max_size=3).map(lambda values: tuple(sorted(set(values))))
    recurring = st.builds(
        RecurrenceTrigger, st.sampled_from([Frequency.DAY, Frequency.WEEK, Frequency.MONTH]), st.integers(1, 3), zones, starts,
        hours=hours, minutes=minutes,
    )  # fmt: skip
    return st.one_of(st.builds(CronTrigger, st.sampled_from(EXPRESSIONS), zones), recurring)


@settings(max_examples=60, deadline=None)
@given(trigger=triggers(), offset=st.integers(0, 366 * 24 * 60))
def test_times_rise_and_are_the_same_wherever_one_begins(trigger, offset):
    after = datetime(2011, 12, 20, tzinfo=UTC) + timedelta(minutes=offset)
    times = list(islice(times_after(trigger, after), 12))
    assert times
    assert all(earlier < later for earlier, later in pairwise([after, *times]))
    for number, moment in enumerate(times[:-1]):
        assert next_time(trigger, moment) == times[number + 1]
        assert next_time(trigger, moment - timedelta(seconds=1)) == moment
