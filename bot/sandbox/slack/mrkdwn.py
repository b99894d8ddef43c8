"""Slack's mrkdwn: how typed text is sent to an app, and how sent text is shown to a reader."""

import re
from typing import Any

_ENTITY = re.compile(r"<([^<>\n]+)>")
_LINK = (
    r"(?P<url>https?://[^\s<>|]+)"
    r"|(?P<bare>(?<![\w@.-])(?:[\w-]+\.)+(?:ai|com|dev|io|net|org|uk)(?:/[^\s<>|]+|(?![\w.-]*\w)))"
)


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def as_sent(typed: str, names: dict[str, str]) -> str:
    """Typed text as an app receives it: escaped, links in angle brackets, names as IDs.

    `names` maps `@ana`, `@Ana Lind` and `#shoots` to `<@U…>` and `<#C…|shoots>`, in any case.
    """
    known = {name.casefold(): entity for name, entity in names.items()}
    longest_first = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    typed_name = rf"(?P<name>(?<![\w/])(?:{longest_first or '(?!)'})(?![\w-]))"
    sent, at = [], 0
    for match in re.finditer(f"{_LINK}|{typed_name}", typed, re.IGNORECASE):
        sent += [escape(typed[at : match.start()]), _entity(match, known)]
        at = match.end()
    return "".join([*sent, escape(typed[at:])])


def _entity(match: re.Match[str], names: dict[str, str]) -> str:
    found = match[0]
    if match["name"]:
        return names[found.casefold()]
    # Slack does not include punctuation at the end of a link.
    link = found.rstrip(".,;:!?)'\"*_~`")
    address = link if match["url"] else f"http://{link}|{link}"
    return f"<{escape(address)}>{escape(found[len(link) :])}"


def as_seen(mrkdwn: str) -> str:
    """Mrkdwn as a person reads it: labels of links, fallbacks of dates, and unescaped characters."""
    return unescape(_ENTITY.sub(lambda match: _label(match[1]), mrkdwn))


def _label(entity: str) -> str:
    head, _, label = entity.partition("|")
    return label or head.removeprefix("!")


def as_rich_text(sent: str) -> list[dict[str, Any]]:
    """The `blocks` that Slack adds to a message from a person."""
    parts: list[dict[str, Any]] = []
    at = 0
    for match in _ENTITY.finditer(sent):
        parts += _plain(sent[at : match.start()])
        parts.append(_element(match[1]))
        at = match.end()
    parts += _plain(sent[at:])
    section = {"type": "rich_text_section", "elements": parts}
    return [{"type": "rich_text", "block_id": "typed", "elements": [section]}]


def _plain(sent: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": unescape(sent)}] if sent else []


def _element(entity: str) -> dict[str, Any]:
    head, _, label = entity.partition("|")
    if head.startswith("@"):
        return {"type": "user", "user_id": head[1:]}
    if head.startswith("#"):
        return {"type": "channel", "channel_id": head[1:]}
    link = {"type": "link", "url": unescape(head)}
    return {**link, "text": unescape(label)} if label else link
