"""Base forms of English words, by rules and a list of irregular ones."""

from __future__ import annotations

# One base form in each line, before its irregular ones.
_FORMS = """
be: am is are was were been being
have: has had having
do: does did done doing
go: goes went gone going
say: said
make: made making
take: took taken taking
come: came coming
see: saw seen
get: got gotten getting
give: gave given giving
find: found
think: thought
tell: told
become: became becoming
leave: left leaving
feel: felt
bring: brought
begin: began begun beginning
keep: kept
hold: held
write: wrote written writing
stand: stood
hear: heard
mean: meant
meet: met meeting
run: ran running
pay: paid
sit: sat sitting
speak: spoke spoken
lie: lay lain lying
lead: led
grow: grew grown
lose: lost losing
fall: fell fallen
send: sent
build: built
understand: understood
draw: drew drawn
break: broke broken
spend: spent
rise: rose risen rising
drive: drove driven driving
buy: bought
wear: wore worn
choose: chose chosen choosing
eat: ate eaten
teach: taught
catch: caught
know: knew known
win: won winning
sell: sold
fly: flew flown
man: men
woman: women
child: children
person: people
foot: feet
tooth: teeth
mouse: mice
goose: geese
life: lives
wife: wives
knife: knives
leaf: leaves
half: halves
self: selves
good: better best
bad: worse worst
use: used using uses
analysis: analyses
crisis: crises
"""
IRREGULAR = {
    form: base for base, forms in (line.split(": ") for line in _FORMS.strip().splitlines()) for form in forms.split()
}
SAME = frozenset(
    [
        "this",
        "his",
        "its",
        "us",
        "bus",
        "gas",
        "yes",
        "thus",
        "news",
        "series",
        "species",
        "always",
        "perhaps",
        "plus",
        "less",
        "unless",
        "across",
        "during",
        "nothing",
        "something",
        "anything",
        "everything",
        "thing",
        "king",
        "ring",
        "spring",
        "string",
        "morning",
        "evening",
        "ceiling",
        "red",
        "bed",
        "need",
        "speed",
        "seed",
        "feed",
        "indeed",
        "hundred",
        "sacred",
    ]
)
VOWELS = "aeiouy"


def lemma(word: str) -> str:
    """Return the base form of a word, in lower case where it changes; the word itself where no rule fits."""
    lowered = word.lower()
    if lowered in SAME or not lowered.isalpha() or len(lowered) < 4:
        return IRREGULAR.get(lowered, word)
    found = IRREGULAR.get(lowered) or _plural(lowered) or _verb(lowered)
    return found or word


def _plural(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else ""


def _verb(word: str) -> str:
    for ending in ("ing", "ed"):
        stem = word[: -len(ending)]
        if word.endswith(ending) and len(stem) > 2 and any(letter in VOWELS for letter in stem):
            if ending == "ed" and stem.endswith("i"):
                return stem[:-1] + "y"
            if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "lsz":
                return stem[:-1]
            silent = (
                stem[-1] in "vcuz"
                or stem.endswith(("at", "iz", "bl", "dg", "rg", "ir", "ur", "or"))
                or (len(stem) == 3 and stem[-2] in VOWELS and stem[-1] not in "wxy")
            )
            return stem + "e" if silent else stem
    return ""
