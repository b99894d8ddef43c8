"""The words of an order's name in what a person typed. Pure."""

import re

from bot.slack.blocks import one_line, unescape
from bot.slack.listeners.words import bare

MAX_NAME_CHARACTERS = 200

_TOKEN = re.compile(r"<([^<>]*)>")
_LINK = re.compile(r"\bhttps?://\S*", re.IGNORECASE)
_EMOJI = re.compile(r"(?:(?<=\s)|^):[^\s:]+:(?::skin-tone-\d:)?(?=\s|$)")
_AROUND = " \t\"'`“”„‟‘’‚‛«»‹›「」*_~()[],.:;!?…，。；！？、،؛؟¿¡-–—"
# What people say around a name when they ask for an order, as in "Is 12 Elm Street done?"
_ASKING = re.compile(
    r"a|about|an|and|any|are|can|check|complete|could|did|do|done|find|finished|for|has|have|hello|hey|hi|how|i"
    r"|is|it|me|my|of|on|orders?|our|photos|please|ready|search|see|show|status|still|thanks?|that|the|there"
    r"|this|was|we|were|(?:what|where)(?:['’]?s)?|with|yet|you"
)


def sought(text: str) -> str:
    """What was typed, without Slack's markup, and without quotes and punctuation around it.

    A person, a group and the address of a website are no words of a name. What Slack made a channel or a
    link of is.
    """
    plain = unescape(_LINK.sub(" ", _TOKEN.sub(_words_of, text)))
    return one_line(_EMOJI.sub(" ", plain)).strip(_AROUND)


def asked_about(text: str) -> str:
    """As `sought`, without the words of a question around the name. Empty for nothing but such words."""
    typed = sought(text).split()
    named = [number for number, word in enumerate(typed) if not _ASKING.fullmatch(bare(word))]
    return " ".join(typed[named[0] : named[-1] + 1]).strip(_AROUND) if named else ""


def is_greeting(text: str) -> bool:
    """Whether it is one word, and one with which people only begin or end a question."""
    return len(sought(text).split()) == 1 and not asked_about(text)


def _words_of(token: re.Match[str]) -> str:
    target, _, label = token[1].partition("|")
    return " " if target.startswith(("@", "!")) else f" {label} "
