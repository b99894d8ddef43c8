"""Links that people paste. An app gets an event for links to its domains, and may unfurl them."""

import re
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.slack import sample_workspace
from bot.sandbox.slack.mrkdwn import unescape
from bot.sandbox.slack.triggers import Refused
from bot.sandbox.slack.validation.blocks import problems
from bot.sandbox.slack.workspace import Message, Workspace

Link = dict[str, str]

POSTED = "conversations_history"
_LINK = re.compile(r"<(https?://[^<>|\s]+)(?:\|[^<>]*)?>")
_PREVIEW = "[no preview available]"


@dataclass(frozen=True)
class Paste:
    """A message whose links were delivered to the app with this unfurl_id."""

    unfurl_id: str
    message: Message
    links: list[Link]


class Unfurls:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._pasted: dict[str, Paste] = {}

    def pasted(self, message: Message, domains: list[str]) -> Paste | None:
        """Record the message's links to these domains or their subdomains. None if there are none."""
        urls = dict.fromkeys(unescape(url) for url in _LINK.findall(message.text))
        links = [{"url": url, "domain": host} for url in urls if (host := _host(url, domains))]
        if not links:
            return None
        paste = Paste(f"{message.ts}.{secrets.token_hex(8)}", message, links)
        self._pasted[paste.unfurl_id] = paste
        return paste

    def unfurl(self, params: dict[str, Any]) -> dict[str, Any]:
        """`chat.unfurl` by unfurl_id and source. Raises Refused."""
        paste, unfurls = self._named(params), params.get("unfurls")
        if not unfurls:
            raise Refused("missing_unfurls")
        if not isinstance(unfurls, dict):
            raise Refused("invalid_unfurls_format")
        if not set(unfurls) <= {link["url"] for link in paste.links}:
            raise Refused("cannot_unfurl_url")
        for url, part in unfurls.items():
            _check(url, part)
        kept = [each for each in paste.message.attachments if each.get("app_unfurl_url") not in unfurls]
        drawn = [_attachment(url, part) for url, part in unfurls.items()]
        numbered = [part | {"id": number} for number, part in enumerate([*kept, *drawn], 1)]
        self._workspace.attach(paste.message, numbered)
        return {}

    def _named(self, params: dict[str, Any]) -> Paste:
        if not params.get("unfurl_id"):
            raise Refused("missing_unfurl_id")
        if not params.get("source"):
            raise Refused("missing_source")
        if params["source"] != POSTED:
            raise Refused("invalid_source")
        paste = self._pasted.get(str(params["unfurl_id"]))
        if paste is None:
            raise Refused("invalid_unfurl_id")
        if self._workspace.find(paste.message.channel, paste.message.ts) is None:
            raise Refused("cannot_find_message")
        return paste


def _host(url: str, domains: list[str]) -> str:
    host = urlsplit(url).hostname or ""
    return next((name for name in domains if host == name or host.endswith(f".{name}")), "")


def _check(url: str, part: Any) -> None:
    if not isinstance(part, dict) or not part:
        raise Refused("cannot_parse_attachment")
    pointer = url.replace("~", "~0").replace("/", "~1")
    at = f"/unfurls/{pointer}/blocks"
    if "blocks" in part and (found := problems(part["blocks"], surface="message", at=at)):
        messages = [f"[ERROR] {each}" for each in found]
        raise Refused("cannot_parse_attachment", response_metadata={"messages": messages})


def _attachment(url: str, part: dict[str, Any]) -> dict[str, Any]:
    app_fields = {
        "app_unfurl_url": url,
        "is_app_unfurl": True,
        "app_id": sample_workspace.APP,
        "bot_id": sample_workspace.BOT_ID,
    }
    return {"fallback": _PREVIEW, "from_url": url, **part, **app_fields}
