"""Text in pictures: which font draws it, and what stands for characters that none draws.

Pillow has one font of its own, with the letters of ASCII. The others need a font of the machine. Without one,
accents and characters are left out: empty boxes tell nobody anything.
"""

import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import groupby

from PIL import ImageFont, features

# Looked for by file name where this system keeps its fonts: Debian, Fedora, macOS, Windows.
_OF_THE_MACHINE = (
    "NotoSans-Regular.ttf",
    "DejaVuSans.ttf",
    "Arial Unicode.ttf",
    "arial.ttf",
    "NotoSansCJK-Regular.ttc",
    "DroidSansFallbackFull.ttf",
    "wqy-microhei.ttc",
    "PingFang.ttc",
    "msyh.ttc",
    "malgun.ttf",
    "NotoSansArabic-Regular.ttf",
    "NotoSansHebrew-Regular.ttf",
    "NotoSansDevanagari-Regular.ttf",
    "NotoSansThai-Regular.ttf",
)
_MISSING = "\U0010ffff"  # no character, so every font draws its empty box for it
_INVISIBLE = {"Cc", "Cf", "Co", "Cs"}
_MAX_CHARACTERS = 200
ELLIPSIS = "…"
_APART = ("ßẞÆæŒœØøŁłĐđı", "ss SS AE ae OE oe O o L l D d i")
_SPELLED = dict(zip(_APART[0], _APART[1].split(" "), strict=True))  # Unicode does not take these apart

Font = ImageFont.FreeTypeFont


@cache
def fonts(size: int) -> list[Font]:
    """Pillow's own, then those of the machine."""
    found = (ImageFont.load_default(size), *(_found(name, size) for name in _OF_THE_MACHINE))
    return [each for each in found if isinstance(each, Font)]


def _found(name: str, size: int) -> Font | None:
    try:
        return ImageFont.truetype(name, size)
    except OSError:
        return None


@lru_cache(maxsize=4096)
def draws(font: Font, character: str) -> bool:
    """Whether the font has a glyph for the character, and can set it as its script is written."""
    if character.isspace():
        return True
    if unicodedata.bidirectional(character) in {"R", "AL"} and not features.check("raqm"):
        return False  # it would be written from left to right, in letters that do not join
    return _mask(font, character) != _mask(font, _MISSING)


def _mask(font: Font, character: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(character)
    return mask.size, bytes(mask)


def set_in_type(text: str, found: Sequence[Font], instead: str) -> tuple[str, Font]:
    """The text as far as one of these fonts can draw it, and that font.

    A letter with an accent that the font lacks is drawn without it. An ellipsis stands for what else is
    missing. `instead` is drawn where no letter and no digit is left in front of the last dot.
    """
    plain = _visible(text)
    font = max(found, key=lambda each: sum(draws(each, character) for character in plain))
    spelled = [character if draws(font, character) else _plainer(font, character) for character in plain]
    runs = groupby(spelled, key=lambda drawn: drawn == ELLIPSIS)
    drawn = "".join(ELLIPSIS if missing else "".join(run) for missing, run in runs)
    stem = drawn.rpartition(".")[0] or drawn
    if any(character.isalnum() for character in stem):
        return drawn, font
    return instead, found[0]


def _plainer(font: Font, character: str) -> str:
    """The letter without its accents, or a hyphen for any dash."""
    if unicodedata.category(character) == "Pd":
        return "-"
    spelled = unicodedata.normalize("NFKD", _SPELLED.get(character, character))
    base = "".join(each for each in spelled if not unicodedata.combining(each))
    return base if base and all(draws(font, each) for each in base) else ELLIPSIS


def _visible(text: str) -> str:
    """On one line, without characters that only turn or hide others. Accents are one with their letters."""
    line = " ".join(unicodedata.normalize("NFC", text[:_MAX_CHARACTERS]).split())
    return "".join(each for each in line if unicodedata.category(each) not in _INVISIBLE)


def fitted(text: str, font: Font, width: float) -> str:
    """The text, or its beginning and its end: file names differ there."""
    kept = len(text)
    fitting = text
    while kept > 1 and font.getlength(fitting) > width:
        kept -= 1
        fitting = text[: kept - kept // 2] + ELLIPSIS + text[len(text) - kept // 2 :]
    return fitting


def lines(text: str, font: Font, width: float, most: int) -> list[str]:
    """The text in at most so many lines, with an ellipsis if that is not all of it."""
    found = [""]
    for word in text.split():
        longer = f"{found[-1]} {word}".strip()
        if font.getlength(longer) <= width:
            found[-1] = longer
        else:
            found.append(fitted(word, font, width))
    found = [line for line in found if line]
    if len(found) > most:
        found = [*found[: most - 1], _cut(found[most - 1], font, width)]
    return found


def _cut(line: str, font: Font, width: float) -> str:
    while font.getlength(f"{line}{ELLIPSIS}") > width:
        line = line[:-1]
    return f"{line.rstrip()}{ELLIPSIS}"
