"""Names of orders, compared as people mean them.

Case, accents, quotes, dashes, punctuation and invisible characters do not count.
"""

import re
import unicodedata

# Letters with a stroke and the like, which Unicode does not take apart.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe"})
_INVISIBLE = {"Mn", "Me", "Cf"}  # accents that stand alone, and marks of direction, joiners, soft hyphens
_ASCII = re.compile(r"[0-9A-Za-z]+")
MIN_ASKED_CHARACTERS = 2
MIN_LETTERS = 2


def folded(text: str) -> str:
    """The words of `text` in small letters without accents, with one space between them.

    Whatever is no letter and no digit separates words.
    """
    return " ".join("".join(char if _counts(char) else " " for char in _letters(text)).split())


def has_letters(name: str) -> bool:
    """Whether a word has at least two letters or digits. One letter is in nearly every name."""
    return any(len(word) >= MIN_LETTERS for word in folded(name).split())


def is_named(name: str | None, sought: str) -> bool:
    """Whether all words of `sought` are in the name, in any order. A part of a word is enough.

    A word with punctuation in it may be written as one word or as several: `O'Brien`, `OBrien`, `O Brien`.
    """
    letters = _letters(name or "")
    apart, joined = folded(letters), "".join(char for char in letters if _counts(char) or char.isspace())
    return all(
        word.replace(" ", "") in joined or all(part in apart for part in word.split())
        for word in map(folded, sought.split())
    )


def plainest_word(sought: str) -> str:
    """The longest word of ASCII letters and digits alone, or the longest part of a word. Empty for none.

    It is in the name however its accents and quotes are written, so a search that knows nothing of
    folding can be asked for it.
    """
    typed = unicodedata.normalize("NFC", sought)
    words = [word for word in typed.split() if _ASCII.fullmatch(word)]
    pieces = [each for each in words or _ASCII.findall(typed) if len(each) >= MIN_ASKED_CHARACTERS]
    return max(pieces, key=len, default="")


def _letters(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(char for char in decomposed if unicodedata.category(char) not in _INVISIBLE).translate(
        _PLAIN
    )


def _counts(char: str) -> bool:
    """Letters, digits, and the vowel signs of some scripts."""
    return unicodedata.category(char)[0] in "LNM"
