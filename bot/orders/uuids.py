"""UUIDs in text: which characters are one, and how one is read that was typed or wrapped in an odd way."""

import re

# Product and vendor know only this form: 8-4-4-4-12 hexadecimal digits.
SHAPE = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"

# A full stop without a space behind it: `{uuid}.Thanks`. `{uuid}.jpg` and `{uuid}.JPG` are names of files.
_ENDING = r"Jpe?g|Png|Gif|Heic|Tiff?|Dng|Webp|Raw|Pdf|Zip|Csv|(?:cr)?download|partial|torrent|sqlite"
_NEXT_SENTENCE = rf"(?!(?:{_ENDING})\b)(?:[A-Z][a-z]*|[a-z]{{6,}})(?![0-9A-Za-z]|[._~-][0-9A-Za-z])"

# A UUID is not taken from a longer ID: `elm-{uuid}` and `{uuid}.jpg` are other IDs, `{uuid}@host` is an
# address. Only ASCII characters next to it make it longer, because Chinese and Hebrew have words next to it
# without a space.
UUID = re.compile(
    rf"(?<![0-9A-Za-z])(?<![0-9A-Za-z][._~-]){SHAPE}"
    rf"(?![0-9A-Za-z]|[@_~-][0-9A-Za-z]|\.(?!{_NEXT_SENTENCE})[0-9A-Za-z])"
)

# Hyphens that are not ASCII, dashes, minus signs, and the soft hyphen.
DASHES = "\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
AS_HYPHENS = dict.fromkeys(map(ord, DASHES), "-")

# A line break as mails have them: with `=` before it (quoted-printable), with `>` after it (a quotation).
_BREAK = r"(?:[^\S\n]{0,8}=?\r?\n[^\S\n]{0,8}(?:(?:>|&gt;)[^\S\n]?){0,4})"
_DIGIT = rf"[0-9a-fA-F]{_BREAK}?"
_DASH = rf"[-{DASHES}]{_BREAK}?"
_BROKEN = re.compile(
    rf"(?:(?<![0-9A-Za-z])|(?<=%2[fF]))(?:{_DIGIT}){{8}}(?:{_DASH}(?:{_DIGIT}){{4}}){{3}}{_DASH}"
    rf"(?:{_DIGIT}){{11}}[0-9a-fA-F](?![0-9A-Za-z])"
)
_BREAK_IN_LINK = re.compile(
    rf"(?<=\w/){_BREAK}(?={SHAPE})"
)  # else the end of a photo link looks like an order


def mended(text: str) -> str:
    """The text, with hyphens in every UUID that has other dashes, and on one line where one is broken."""
    return _BREAK_IN_LINK.sub("", _BROKEN.sub(_mended, text))


def _mended(broken: re.Match[str]) -> str:
    digits = re.sub(r"[^0-9a-fA-F]", "", broken[0])
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
