"""The last call for photos that nobody has downloaded."""

from urllib.parse import quote

from bot.orders.expiry import Expiry
from bot.slack import blocks, constants
from bot.slack.blocks import fit_mrkdwn, one_line
from bot.slack.limits import LIMITS
from bot.slack.render.buttons import block_id
from bot.slack.render.cards import MAX_SPOKEN_NAME, WEB_APP
from bot.slack.render.models import Card
from bot.slack.render.notices import MAX_MENTIONS
from bot.slack.text import expiry as expiry_text
from bot.slack.text import notices as notice_text
from bot.slack.text import orders as order_text
from bot.watches.last_calls import PlannedCall


def last_call(call: PlannedCall, expiry: Expiry | None) -> Card | None:
    """None where nothing is left to download, and no photo has expired since the watch ended."""
    left, lost = (expiry.photos, expiry.expired - call.expired) if expiry else (0, 0)
    if left <= 0 and lost <= 0:
        return None
    said = expiry_text.last_call(notice_text.titled(call.name, call.order), left, max(lost, 0), call.expires)
    said = f"{said} {notice_text.mention(call.watchers[:MAX_MENTIONS])}"
    next_step = expiry_text.next_step(left)
    name = blocks.fit(one_line(call.name), MAX_SPOKEN_NAME) or order_text.unnamed(call.order.short)
    address = WEB_APP + quote(call.order, safe="")
    opens = blocks.button(order_text.OPEN, constants.OPEN, url=address, says=order_text.opens(name))
    drawn = [
        blocks.section(f"{':warning:' if lost > 0 else ':hourglass:'} {said}"),
        blocks.section(next_step),
        blocks.context(expiry_text.WHY),
        blocks.actions(block_id(call.order), opens),
    ]
    return Card(text=fit_mrkdwn(f"{said} {next_step} {expiry_text.WHY}", LIMITS.text), blocks=drawn)
