"""The log of news: numbers without gaps, nothing from what was rolled back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.core import events, housekeeping
from apps.core.models import Event, Topic

pytestmark = pytest.mark.service


def numbers(topic: str) -> list[int]:
    return list(Event.objects.filter(topic=topic).order_by("created_at", "seq").values_list("seq", flat=True))


@pytest.mark.django_db
def test_each_topic_counts_from_one_by_itself():
    for topic in ("a", "b", "a"):
        events.publish(topic, "thing.changed", {"x": 1})
    assert (numbers("a"), numbers("b")) == ([1, 2], [1])
    assert (events.last_seq("a"), events.last_seq("b"), events.last_seq("never")) == (2, 1, 0)


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_was_never_news_and_leaves_no_gap():
    events.publish("a", "thing.changed", {})

    def fail() -> None:
        with transaction.atomic():
            events.publish("a", "thing.changed", {})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert events.last_seq("a") == 1
    events.publish("a", "thing.changed", {})
    assert numbers("a") == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_publishers_at_once_get_numbers_without_gap_that_become_visible_in_order():
    publishers, each = 4, 10
    seen: list[list[int]] = []

    def publish(_: int) -> None:
        try:
            for _ in range(each):
                with transaction.atomic():
                    events.publish("a", "thing.changed", {})
                    events.publish("a", "thing.changed", {})
        finally:
            connection.close()

    def watch() -> None:
        """Whoever sees a number has seen all before it, at every moment."""
        try:
            while not seen or len(seen[-1]) < publishers * each * 2:
                seen.append(sorted(Event.objects.filter(topic="a").values_list("seq", flat=True)))
        finally:
            connection.close()

    with ThreadPoolExecutor(publishers + 1) as threads:
        watcher = threads.submit(watch)
        list(threads.map(publish, range(publishers)))
        watcher.result(60)
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in seen)
    assert len(seen[-1]) == publishers * each * 2


@pytest.mark.django_db(transaction=True)
def test_news_is_kept_while_the_channel_layer_is_away(settings, caplog):
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": ["unix:///nowhere/valkey.sock"]},
        }
    }
    events.publish("a", "thing.changed", {"x": 1})
    assert events.last_seq("a") == 1
    assert "were not woken" in caplog.text


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("topic", ["workspace:0198-ñ😀", "x" * 200, "a b:c/d"])
def test_any_topic_can_wake_its_readers(topic, caplog):
    events.publish(topic, "thing.changed", {})
    assert not caplog.text


@pytest.mark.django_db
def test_old_news_goes_and_the_topic_says_where_it_now_begins():
    for _ in range(5):
        events.publish("a", "thing.changed", {})
    events.publish("fresh", "thing.changed", {})
    old = timezone.now() - housekeeping.KEEP_EVENTS - timedelta(minutes=1)
    Event.objects.filter(topic="a", seq__lte=3).update(created_at=old)
    for _ in range(2):  # twice is once
        housekeeping.prune()
        assert numbers("a") == [4, 5]
        assert numbers("fresh") == [1]
        assert dict(Topic.objects.values_list("name", "first_kept_seq")) == {"a": 4, "fresh": 1}
    events.publish("a", "thing.changed", {})
    assert numbers("a") == [4, 5, 6]
