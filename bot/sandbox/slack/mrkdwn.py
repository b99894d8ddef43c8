"""Slack's little text format: what becomes of typed text, and what a reader sees of sent text."""

import re
from typing import Any

_ENTITY = re.compile(r"<([^<>\n]+)>")
_TYPED = re.compile(
    r"(?P<url>https?://[^\s<>|]+)"
    r"|(?P<bare>\b(?:[\w-]+\.)+(?:ai|com|dev|io|net|org)/[^\s<>|]+)"
    r"|(?P<name>(?<![\w/])[@#][\w-]+)"
)


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def as_sent(typed: str, names: dict[str, str]) -> str:
    """What an app receives for what a person typed: escaped, links in angle brackets, names as ids.

    `names` maps `@ana` and `#shoots` to `<@U…>` and `<#C…|shoots>`.
    """
    sent, at = [], 0
    for match in _TYPED.finditer(typed):
        sent += [escape(typed[at : match.start()]), _entity(match, names)]
        at = match.end()
    return "".join([*sent, escape(typed[at:])])


def _entity(match: re.Match[str], names: dict[str, str]) -> str:
    found = match[0]
    if match["name"]:
        return names.get(found, escape(found))
    # Slack leaves the full stop at the end of a sentence out of the link.
    link = found.rstrip(".,;:!?)'\"*_~`")
    address = link if match["url"] else f"http://{link}|{link}"
    return f"<{escape(address)}>{escape(found[len(link) :])}"


def as_seen(mrkdwn: str) -> str:
    """What a person reads: links by their label, dates by their fallback, entities as characters."""
    return unescape(_ENTITY.sub(lambda match: _label(match[1]), mrkdwn))


def _label(entity: str) -> str:
    head, _, label = entity.partition("|")
    return label or head.removeprefix("!")


def as_rich_text(sent: str) -> list[dict[str, Any]]:
    """The `blocks` that Slack adds to what people write."""
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
