"""Texts cleaned and counted, against scikit-learn and by hand."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.utils import murmurhash3_32

from mlstudio.components import ComponentError, get, propagate
from mlstudio.components.text.lemmas import lemma
from tests.components.helpers import one, run, table

OFF = dict.fromkeys(
    ("remove_stop_words", "lemmatize", "sentences", "lowercase", "remove_numbers", "remove_special", "remove_duplicates",
     "remove_emails", "remove_urls", "expand", "slashes", "split_tokens"), False,
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("The cats aren't running", {}, "cat run"),
        ("The cat", {"remove_stop_words": True}, "cat"),
        ("cities were running", {"lemmatize": True}, "city be run"),
        ("One here. Two there.", {"sentences": True}, "One here. ||| Two there."),
        ("WORD Up", {"lowercase": True}, "word up"),
        ("in 2024 -3.5 a1", {"remove_numbers": True}, "in a1"),
        ("a, b! (c)", {"remove_special": True}, "a b c"),
        ("sooooo good", {"remove_duplicates": True}, "soo good"),
        ("write to ann@site.org now", {"remove_emails": True}, "write to now"),
        ("see https://a.b/c?d now", {"remove_urls": True}, "see now"),
        ("can't won't it's", {"expand": True}, "cannot will not it is"),
        ("a\\b", {"slashes": True}, "a/b"),
        ("MS---WORD&more", {"split_tokens": True}, "MS WORD more"),
        ("order 17b", {"regex": r"(\d)b", "replacement": r"<\1>"}, "order 1<7>"),
    ],
)
def test_preprocessing(text: str, options, expected: str):
    given = {**({} if not options else OFF), **options}
    found = one("preprocess_text", table({"t": [text, None]}), column="t", **given)
    assert found.frame["Preprocessed t"].to_list() == [expected, ""]


def test_own_stop_words():
    inputs = {"dataset": table({"t": ["the red cat"]}), "stop_words": table({"w": ["Red"]})}
    assert run("preprocess_text", inputs, column="t")["results"].frame["Preprocessed t"][0] == "the cat"
    with pytest.raises(ComponentError, match="no regular expression"):
        run("preprocess_text", inputs, column="t", regex="(")
    with pytest.raises(ComponentError, match="“n” holds Integer"):
        one("preprocess_text", table({"n": [1]}), column="n")


FORMS = """makes make, studies study, boxes box, stopped stop, hoping hope, went go, was be, this this, children child,
    falling fall, used use, gas gas, needed need, created create"""


@pytest.mark.parametrize("pair", FORMS.split(","))
def test_base_forms(pair: str):
    word, expected = pair.split()
    assert lemma(word) == expected


TEXTS = ["the cat sat on the mat", "the dog sat", "a cat and a dog met the cat", "nothing here"]


def test_n_grams_are_those_of_scikit_learn():
    made = run(
        "extract_n_gram_features_from_text",
        {"dataset": table({"t": TEXTS})},
        column="t",
        size=2,
        fewest=2,
        weighting="TF Weight",
    )
    counter = CountVectorizer(ngram_range=(1, 2), min_df=2, token_pattern=r"\b\w{3,25}\b")
    expected = counter.fit_transform(TEXTS).toarray()
    names = [name.replace(" ", "_") for name in counter.get_feature_names_out()]
    frame = made["results"].frame
    # Words that are too short go before the sequences are made, as there.
    assert [name for name in frame.columns if name != "t"] == [f"t.[{name}]" for name in names]
    assert frame.drop("t").to_numpy() == pytest.approx(expected)
    vocabulary = made["result_vocabulary"].frame
    assert vocabulary["DF"].to_list() == (expected > 0).sum(axis=0).tolist()
    assert vocabulary["IDF"].to_numpy() == pytest.approx(np.log(4 / (expected > 0).sum(axis=0)))
    assert made["results"].column("t").role == ""


@pytest.mark.parametrize(
    ("weighting", "weight"),
    [
        ("Binary Weight", lambda tf, idf: (tf > 0) * 1.0),
        ("IDF Weight", lambda tf, idf: (tf > 0) * idf),
        ("TF-IDF Weight", lambda tf, idf: tf * idf),
    ],
)
def test_weights(weighting, weight):
    given = {"dataset": table({"t": TEXTS})}
    counts = run("extract_n_gram_features_from_text", given, column="t", fewest=2, weighting="TF Weight")
    idf = counts["result_vocabulary"].frame["IDF"].to_numpy()
    found = (
        run("extract_n_gram_features_from_text", given, column="t", fewest=2, weighting=weighting)["results"]
        .frame.drop("t")
        .to_numpy()
    )
    expected = weight(counts["results"].frame.drop("t").to_numpy(), idf)
    assert found == pytest.approx(expected)
    normalized = run(
        "extract_n_gram_features_from_text", given, column="t", fewest=2, weighting=weighting, normalize=True
    )
    lengths = np.linalg.norm(normalized["results"].frame.drop("t").to_numpy(), axis=1)
    assert lengths == pytest.approx((expected.any(axis=1)) * 1.0)


def test_a_vocabulary_is_used_again():
    made = run("extract_n_gram_features_from_text", {"dataset": table({"t": TEXTS})}, column="t", fewest=2)
    later = {"dataset": table({"t": ["cat fish"]}), "vocabulary": made["result_vocabulary"]}
    found = run("extract_n_gram_features_from_text", later, column="t", mode="ReadOnly")["results"].frame
    assert found.columns == made["results"].frame.columns
    assert found.drop("t").row(0) == tuple(float(name == "t.[cat]") for name in found.columns[1:])
    for inputs, code in (({"dataset": later["dataset"]}, 3), ({**later, "vocabulary": table({"x": [1]})}, 1)):
        with pytest.raises(ComponentError) as caught:
            run("extract_n_gram_features_from_text", inputs, column="t", mode="ReadOnly")
        assert caught.value.code == code
    with pytest.raises(ComponentError, match="frequent enough"):
        one("extract_n_gram_features_from_text", table({"t": TEXTS}), column="t", fewest=50)


def test_hashing():
    given = table({"t": ["red cat", "Red"], "n": [1, 2]})
    found = one("feature_hashing", given, bits=4, grams=2)
    expected = np.zeros((2, 16), int)
    for row, grams in enumerate((["red", "cat", "red_cat"], ["red"])):
        for gram in grams:
            expected[row, murmurhash3_32(gram, seed=0, positive=True) % 16] += 1
    assert found.frame.columns[2:] == [f"t - Hashing feature {number}" for number in range(1, 17)]
    assert found.frame.drop("t", "n").to_numpy().tolist() == expected.tolist()
    known, wrong = propagate(get("feature_hashing"), {"dataset": given.schema}, {"bits": 4, "grams": 2})
    assert (known["transformed"], wrong) == (found.schema, [])


PETS, CARS = "cat dog fur paw tail bark", "engine wheel motor brake gear clutch"


@pytest.mark.parametrize(
    "options",
    [{}, {"dictionary": False, "bits": 10}, {"all_options": True, "rho": 0.1, "alpha": 0.1, "iterations": 40}],
)
def test_topics_are_found_and_are_the_same_later(options):
    draw = np.random.default_rng(0)
    kinds = draw.integers(0, 2, 60)
    texts = [" ".join(draw.choice((PETS if kind else CARS).split(), 12)) for kind in kinds]
    given = table({"t": texts})
    made = run("latent_dirichlet_allocation", {"dataset": given}, count=2, grams=1, **options)
    shares = made["transformed"].frame.select("Topic 1", "Topic 2").to_numpy()
    assert shares.sum(axis=1) == pytest.approx(np.ones(60))
    found = shares.argmax(axis=1)
    assert abs(np.corrcoef(found, kinds)[0, 1]) > 0.95
    later = run("apply_transformation", {"transformation": made["transformation"], "dataset": given})[
        "transformed"
    ].frame
    assert later.equals(made["transformed"].frame)
    assert made["topics"].frame.height == (12 if options.get("dictionary", True) else 1024)
    raw = run("latent_dirichlet_allocation", {"dataset": given}, count=2, grams=1, normalize=False, **options)[
        "transformed"
    ].frame
    assert raw["Topic 1"].max() > 5
