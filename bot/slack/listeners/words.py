"""The first word that a person types after the command: which it is, and which one it nearly is."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from bot.slack.blocks import clean
from bot.slack.constants import COMMAND

_QUOTES = "\"'`“”„‟‘’‚‛«»‹›「」"
_AROUND = _QUOTES + "*_~()[]"
_ENDS = ",.;!?…，。；！？、،؛؟"
_MAX_LETTERS = 20  # of a word that may be a slip
_SIMILAR = 0.75  # one slip in a word of four letters, two in a longer one

# What is before the word, the word, what is after it, and the rest. An ID such as `list-12` is no word.
_TYPED = re.compile(
    r"((?:[^\w\s<]|_)*)([A-Za-z]+(?:[-_][A-Za-z]+)*)((?:[^\w\s]|_)*(?=\s|$)|[^\w\s.~<-]+)\s*(.*)", re.DOTALL
)
_COMMAND = re.compile(rf"^[\s{re.escape(_QUOTES)}]*{COMMAND}(?=\s|$)")  # pasted with it, from the help


@dataclass(frozen=True)
class Typed:
    text: str  # all of it
    word: str  # in small letters. Empty if the text does not begin with a word
    rest: str
    marked: str  # the word as typed, with another mark than punctuation, as in `watch:`. Otherwise empty


def typed(text: str) -> Typed:
    """Quotes around a word, or around all of the text, do not count. Nor does punctuation behind the word."""
    text = _COMMAND.sub("", text, count=1).strip()
    seen = clean(text).strip()
    quoted = len(seen.split()) > 1 and seen[0] in _QUOTES and seen[-1] in _QUOTES
    if not (found := _TYPED.fullmatch(seen[1:-1] if quoted else seen)):
        return Typed(text, "", text, "")
    before, word, after, rest = found.groups()
    marks = before.strip(_AROUND) + after.strip(_AROUND + _ENDS)
    return Typed(text, word.lower(), rest.strip(), f"{before}{word}{after}" if marks else "")


def bare(word: str) -> str:
    """The word in small letters, without quotes and punctuation."""
    return clean(word).lower().strip(_AROUND + _ENDS)


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that this one is with a slip or two. Empty if there is none, or if it is known itself.

    People seldom miss the first letter, so `west` is not nearly `test`.
    """
    known = set(known)
    if not word or word in known or len(word) > _MAX_LETTERS:
        return ""
    close = get_close_matches(word, sorted(known), cutoff=_SIMILAR)
    return next((each for each in close if each[0] == word[0] or sorted(each) == sorted(word)), "")
