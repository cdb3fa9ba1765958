"""MLflow's filters, read and refused."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.core.errors import UserError
from apps.tracking.errors import Invalid
from apps.tracking.grammar import Clause, Grammar, Order, read_filter, read_orders
from apps.tracking.search.conditions import of_words

ALL = Grammar(
    entities=frozenset({"metric", "parameter", "tag", "attribute", "dataset"}),
    texts=frozenset({"run_id", "run name", "status"}),
    numbers=frozenset({"start_time"}),
)


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        (None, []),
        ("", []),
        ("metrics.acc > 0.5", [Clause("metric", "acc", ">", 0.5)]),
        ("metric.`val/loss`<=-1e3", [Clause("metric", "val/loss", "<=", -1000.0)]),
        ("metrics.a>-1", [Clause("metric", "a", ">", -1)]),
        ('metrics."a b" == .5', [Clause("metric", "a b", "=", 0.5)]),
        ("params.'x.y' <> 'it''s'", [Clause("parameter", "x.y", "!=", "it's")]),
        ('param.depth = "3"', [Clause("parameter", "depth", "=", "3")]),
        ("tags.x is not null", [Clause("tag", "x", "IS NOT NULL", None)]),
        ("tags.x IS NULL", [Clause("tag", "x", "IS NULL", None)]),
        ("`run name` ILIKE 'a%'", [Clause("attribute", "run name", "ILIKE", "a%")]),
        ("attr.run_id NOT IN ('a','b')", [Clause("attribute", "run_id", "NOT IN", ("a", "b"))]),
        ("start_time > '17'", [Clause("attribute", "start_time", ">", 17)]),
        ("datasets.name = 'iris'", [Clause("dataset", "name", "=", "iris")]),
        (
            " metrics.a = 1 and tags.b LIKE '%c' AND run.status = 'FAILED' ",
            [
                Clause("metric", "a", "=", 1),
                Clause("tag", "b", "LIKE", "%c"),
                Clause("attribute", "status", "=", "FAILED"),
            ],
        ),
    ],
)
def test_read(text, clauses):
    assert read_filter(text, ALL) == clauses


@pytest.mark.parametrize(
    "text",
    [
        "metrics.a", "metrics.a >", "metrics.a > 'x'", "metrics.a LIKE 1", "metrics.a IN (1)", "params.a = 1",
        "params.a > 'x'", "x = 'a'", "foo.bar = 'a'", "params. = 'a'", "params.a = 'a' OR params.b = 'b'",
        "params.a = 'a' AND", "run_id IN ()", "run_id IN ('a' 'b')", "run_id IN ('a'", "datasets.colour = 'red'", "'", "`",
        "metrics.a = 1; DROP TABLE x", "metrics.a = 1 metrics.b = 2", "a" * 30_000, "tags.x = 'a\0'", "metrics.a = 1e999",
        "metrics.a > nan", f"tags.a LIKE '{'%' * 30}'", " AND ".join(["metrics.a = 1"] * 60), 3, ["x"], {"a": 1},
        f"run_id IN ({', '.join(['1'] * 5000)})",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_words(text):
    with pytest.raises(Invalid):
        read_filter(text, ALL)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=60) | st.from_regex(r"(metrics|params|tags|x)\.?[a-z`'\"]* ?[=<>!]{0,2} ?['\"(0-9a-z%]*"))
def test_nothing_breaks_the_reader(text):
    try:
        read_filter(text, ALL)
        read_orders([text], ALL)
    except UserError:
        pass


def test_orders():
    assert read_orders(["metrics.acc DESC", "start_time", "params.`a b` asc"], ALL) == [
        Order("metric", "acc", ascending=False),
        Order("attribute", "start_time", ascending=True),
        Order("parameter", "a b", ascending=True),
    ]
    assert read_orders(None, ALL) == []
    for wrong in (["colour"], [3], ["metrics. desc"], ["start_time"] * 11, {"a": 1}):
        with pytest.raises(Invalid):
            read_orders(wrong, ALL)


@pytest.mark.parametrize(
    ("operator", "value", "found"),
    [
        ("=", "FINISHED", {1}),
        ("!=", "FINISHED", {2, 3}),
        ("LIKE", "F%", {1, 2}),
        ("LIKE", "f%", set()),
        ("ILIKE", "%lled", {3}),
        ("LIKE", "_ILLED", {3}),
        ("LIKE", "%I%I%I%", set()),
        ("LIKE", "", set()),
        ("IN", ("FAILED", "KILLED"), {2, 3}),
        ("NOT IN", ("FAILED",), {1, 3}),
    ],
)
def test_words_are_compared_as_clients_see_them(operator, value, found):
    words = {1: "FINISHED", 2: "FAILED", 3: "KILLED"}
    condition: Any = of_words("status", Clause("attribute", "status", operator, value), words)
    [(_name, values)] = condition.children
    assert set(values) == found
