"""Links that people paste: Slack's event as the job that unfurls them. Pure."""

from datetime import datetime
from typing import Any

from bot.jobs.background import PastedLink, Unfurl
from bot.orders.ids_in_text import find_order_ids
from bot.slack.constants import MAX_ORDERS_PER_ANSWER, POSTED
from bot.slack.listeners import payloads
from bot.slack.listeners.payloads import Payload


def unfurl(payload: Payload, at: datetime, team_id: str) -> Unfurl | None:
    """None if there is nothing to unfurl: no link names an order, or the message is not sent yet."""
    event: dict[str, Any] = payload["event"] if isinstance(payload.get("event"), dict) else {}
    unfurl_id, channel = payloads.dig(event, "unfurl_id"), payloads.dig(event, "channel")
    links = _links(event.get("links"))
    if not (links and unfurl_id and channel) or payloads.dig(event, "source") != POSTED:
        return None
    return Unfurl(
        key=payloads.key(payload),
        team_id=team_id,
        channel_id=channel,
        unfurl_id=unfurl_id,
        links=links,
        at=at,
    )


def _links(sent: Any) -> tuple[PastedLink, ...]:
    """The links of the first MAX_ORDERS_PER_ANSWER orders.

    Slack sends every link to the web app, also to pages that are not an order.
    """
    urls = (
        [payloads.dig(each, "url") for each in sent if isinstance(each, dict)]
        if isinstance(sent, list)
        else []
    )
    named = {url: ids[0] for url in urls if (ids := find_order_ids(url))}
    orders = list(dict.fromkeys(named.values()))[:MAX_ORDERS_PER_ANSWER]
    return tuple(PastedLink(url=url, order=order) for url, order in named.items() if order in orders)
