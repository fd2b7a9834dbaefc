"""Everyday words, and the words of the library that they lead to."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

#: More than a long sentence; the rest is ignored.
_LONGEST_TEXT = 300
_MOST = 12

#: Words up to this length are compared whole: as beginnings they would match too much.
SHORT = 3

#: An apostrophe in any form that keyboards and word processors write, and its ending.
_APOSTROPHE = re.compile(r"['`\u00b4\u02bc\u2018\u2019\u201b\u2032\uff07]\w*")

#: Words without significance for the subject of a question.
_EMPTY = frozenset(
    (
        *("a", "about", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by"),
        *("can", "could", "did", "do", "does", "doesn", "don", "during", "for", "from"),
        *("get", "give", "has", "have", "how", "i", "if", "in", "is", "it", "its", "may"),
        *("me", "might", "my", "no", "not", "of", "on", "or", "our", "s", "said", "say"),
        *("says", "should", "so", "some", "take", "tell", "that", "the", "their", "them"),
        *("there", "these", "they", "this", "to", "was", "we", "what", "when", "where"),
        *("which", "will", "with", "would", "you", "your"),
    )
)

#: What begins as one of the first stands for the words after it: people ask what helps or hurts,
#: and the library has those words in its tags and names. A word that keeps its own sense is among
#: what it stands for; "work" is not, since the library has it in "worked out" alone. Sources add
#: words of their own (`Subject.words`).
_EVERYDAY = (
    (("ache", "aching"), ("ache", "pain")),
    (("hurt", "painful", "sore"), ("pain",)),
    (("caus", "explain", "explanation", "reason", "why"), ("cause", "explain")),
    (("diagnos", "test"), ("diagnosis", "examination", "assessment", "test")),
    (("examin",), ("examination", "assessment")),
    (("cure", "remed", "therap", "treat", "work"), ("treatment", "intervention", "help")),
    (("good", "help", "prevent", "relie"), ("help", "prevent", "relief", "treatment")),
    (("medication", "medicine", "pill", "tablet"), ("drug", "medication", "pill")),
    (("danger", "harm", "risk", "safe"), ("side", "harm", "risk")),
    (("adult", "elder", "old", "older", "patient", "person", "who"), ("people",)),
    (("proof", "reference", "stud"), ("source", "citation", "reference")),
    (("symptom",), ("symptom", "feature")),
    (("exert", "jogg", "run", "runner", "running", "sport", "walk"), ("exercise", "exertion")),
    (("nocturnal",), ("night",)),
)


def wanted(text: str, own: Mapping[str, tuple[str, ...]] = {}) -> tuple[tuple[str, ...], ...]:
    """Return the alternatives for each significant word.

    `own` has the alternatives for words of particular sources.
    """
    significant = (
        word for word in _words(text[:_LONGEST_TEXT]) if _EMPTY.isdisjoint((word, _singular(word)))
    )
    known = (*(((_singular(word),), meant) for word, meant in own.items()), *_EVERYDAY)
    return tuple(dict.fromkeys(_meant(_singular(word), known) for word in significant))[:_MOST]


def telling(text: str) -> frozenset[str]:
    """Return the significant words of a text in the singular; all words if none is."""
    known = _words(text)
    significant = [word for word in known if word not in _EMPTY]
    return frozenset(_singular(word) for word in significant or known)


def hits(sought: Sequence[Sequence[str]], known: Iterable[str]) -> frozenset[int]:
    """Return the indices of the sought alternatives that match some known word."""
    words = tuple(known)
    return frozenset(
        index for index, options in enumerate(sought) if any(_fits(options, word) for word in words)
    )


def missing(sought: Sequence[Sequence[str]], known: Iterable[str]) -> int:
    """Return the number of known words that match nothing sought."""
    return sum(not any(_fits(options, word) for options in sought) for word in known)


def _words(text: str) -> list[str]:
    """Return the words of a text, without endings after apostrophes and invisible characters."""
    shown = "".join(c for c in text.casefold() if c.isprintable() or c.isspace())
    return re.findall(r"[^\W_]+", _APOSTROPHE.sub("", shown))


def _fits(alternatives: Sequence[str], word: str) -> bool:
    return any(
        word == option or (len(option) > SHORT and word.startswith(option))
        for option in alternatives
    )


def _meant(word: str, known: Iterable[tuple[tuple[str, ...], tuple[str, ...]]]) -> tuple[str, ...]:
    for beginnings, meant in known:
        if _fits(beginnings, word):
            return meant
    return (word,)


def _singular(word: str) -> str:
    if len(word) > SHORT + 1 and word.endswith("ies"):
        return f"{word[:-3]}y"  # "injuries" is there as "injury"
    if len(word) > SHORT and word.endswith("s") and word[-2:] not in ("is", "ss", "us"):
        return word[:-1]  # not of "diagnosis", "weakness" or "tibialis"
    return word
