"""The column selector and the checking of parameters."""

import pytest

from mlstudio.components import Column, ComponentError, check_parameters, get, select
from mlstudio.components.core.selecting import names_in, parsed

SCHEMA = (
    Column("age", "Integer"),
    Column("name", "String"),
    Column("city", "String", categorical=True),
    Column("income", "Double", role="label"),
    Column("zip", "Integer", categorical=True),
    Column("born", "DateTime"),
    Column("Scored Labels", "Double", role="score"),
)


def rules(*several, begin="none", keep_order=False):
    made = [{"action": action, "by": by, "values": list(values)} for action, by, *values in several]
    return {"mode": "rules", "begin": begin, "rules": made, "keep_order": keep_order}


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        (["income", "age"], ["income", "age"]),
        ("income, age", ["income", "age"]),
        (rules(begin="all"), [column.name for column in SCHEMA]),
        (rules(("include", "types", "Numeric")), ["age", "income", "Scored Labels"]),
        (rules(("include", "types", "Categorical", "DateTime")), ["city", "zip", "born"]),
        (rules(("include", "types", "Integer")), ["age", "zip"]),
        (rules(("include", "indices", "1-2", "6")), ["age", "name", "born"]),
        (rules(("include", "roles", "Labels", "Scores")), ["income", "Scored Labels"]),
        (rules(("include", "roles", "Features"), ("exclude", "types", "String")), ["age", "zip", "born"]),
        (
            rules(("exclude", "names", "name", "gone"), begin="all"),
            ["age", "city", "income", "zip", "born", "Scored Labels"],
        ),
        (rules(("include", "names", "zip"), ("include", "names", "age"), ("include", "names", "zip")), ["age", "zip"]),
        (
            rules(("include", "names", "zip"), ("include", "names", "age", "zip"), keep_order=True),
            ["zip", "age", "zip"],
        ),
        (rules(("include", "all"), ("exclude", "all"), ("include", "names", "age")), ["age"]),
        ('{"mode": "names", "names": ["born"]}', ["born"]),
        (None, []),
    ],
)
def test_what_a_selector_means(selector, expected):
    assert select(selector, SCHEMA) == expected


@pytest.mark.parametrize(
    ("selector", "code", "says"),
    [
        (["Age"], 1, "“Age” is not in the dataset"),
        (rules(("include", "indices", "8")), 60, "“8”"),
        (rules(("include", "indices", "x")), 59, "“x”"),
        (rules(("include", "types", "Money")), 2, "“Money”"),
        (rules(("keep", "all")), 2, "rule"),
        ("{", 2, "JSON"),
        ({"mode": "magic"}, 2, "names or by rules"),
    ],
)
def test_what_is_wrong_with_a_selector(selector, code, says):
    with pytest.raises(ComponentError, match=says) as caught:
        select(selector, SCHEMA)
    assert caught.value.code == code


def test_names_spelled_out_are_found():
    assert names_in(rules(("include", "names", "a"), ("include", "all"), ("exclude", "names", "b"))) == ["a", "b"]
    assert parsed("a,b") == {"mode": "names", "names": ["a", "b"]}


@pytest.mark.parametrize(
    ("name", "given", "code", "parameter"),
    [
        ("split_data", {"fraction": 1.5}, 8, "fraction"),
        ("split_data", {"fraction": "half"}, 2, "fraction"),
        ("split_data", {"seed": 1.5}, 2, "seed"),
        ("split_data", {"randomized": "maybe"}, 2, "randomized"),
        ("split_data", {"mode": "By magic"}, 2, "mode"),
        ("split_data", {"stratified": True}, 3, "stratification"),
        ("split_data", {"fracton": 1}, 2, "fracton"),
        ("train_model", {"label": ["a", "b"]}, 22, "label"),
        ("fast_forest_quantile_regression", {"quantiles": "0.5; 2"}, 8, "quantiles"),
        ("execute_python_script", {"script": "#" * 20_000}, 8, "script"),
    ],
)
def test_a_wrong_parameter_is_named(name, given, code, parameter):
    _, wrong = check_parameters(get(name), given)
    assert [(error.code, error.parameter) for error in wrong] == [(code, parameter)]


def test_a_parameter_that_means_nothing_is_not_checked():
    values, wrong = check_parameters(
        get("split_data"), {"mode": "Relative Expression", "relative": '\\"a" > 1', "fraction": "half"}
    )
    assert not wrong
    assert values["fraction"] is None
    values, _ = check_parameters(
        get("two_class_boosted_decision_tree"), {"trainer_mode": "ParameterRange", "trees_range": "10; 20"}
    )
    assert (values["trees"], values["trees_range"]) == (None, [10.0, 20.0])


def test_texts_from_files_become_values():
    given = {"fraction": "0.7", "seed": "3", "randomized": "True"}
    values, wrong = check_parameters(get("split_data"), given)
    assert not wrong
    assert (values["fraction"], values["seed"], values["randomized"]) == (0.7, 3, True)
