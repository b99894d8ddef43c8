"""The Slack of Harbour Photo, an invented company: its people, its channels and their messages."""

from collections.abc import Callable
from typing import Any

from bot.sandbox.autoenhance.sample_orders import ELM, HARBOUR_VIEW, OAK, REASONS
from bot.sandbox.slack.workspace import Channel, User, Workspace

TEAM, TEAM_DOMAIN, TEAM_NAME = "T0HARBOUR1", "harbour-photo", "Harbour Photo"
PARTNER_TEAM = "T0BRIGHTH1"
APP = "A0ORDRDESK"

ANA, BEN, GUS, OLGA = "U0ANA00001", "U0BEN00001", "U0GUS00001", "U0OLGA0001"
"""Two colleagues, a guest who is only in #shoots, and a person from another company, only in #partners."""
BOT, BOT_ID = "U0ORDRDESK", "B0ORDRDESK"
SLACKBOT = "USLACKBOT"

SHOOTS, PARTNERS = "C0SHOOTS01", "C0PARTNERS"
"""Channels where the bot is a member. #partners is shared with the other company."""
EDITING, OWNERS, OLD_SHOOTS = "C0EDITING1", "C0OWNERS01", "C0OLDSHOOT"
"""Other channels: a public and a private one without the bot, and an archived one with it."""
ANA_BOT, ANA_BEN = "D0ANA00001", "D0ANABEN01"

FEATURES: dict[str, Any] = {
    "bot_user": {"display_name": "Order Desk"},
    "slash_commands": [{"command": "/order", "should_escape": True}],
    "unfurl_domains": ["autoenhance.ai"],
    "shortcuts": [
        {"type": "message", "callback_id": "check_orders_here", "name": "Check orders here"},
        {"type": "global", "callback_id": "look_up_order", "name": "Look up an order"},
    ],
}
"""What the app offers, in the format of a manifest's `features`."""


def sample_workspace(now: Callable[[], float]) -> Workspace:
    """The workspace with its people, its channels and an hour of messages."""
    workspace = Workspace(_users(), _channels(), now=now)
    start = now() - 3600
    for minute, (channel, user, text, more) in enumerate(_messages()):
        workspace.post(channel, user, text, ts=f"{start + 300 * minute:.6f}", **more)
    return workspace


def _users() -> list[User]:
    return [
        User(ANA, "ana", "Ana Lind", TEAM),
        User(BEN, "ben", "Ben Okafor", TEAM),
        User(GUS, "gus", "Gus Weber", TEAM, is_guest=True),
        User(OLGA, "olga", "Olga Petrova", PARTNER_TEAM),
        User(BOT, "order_desk", "Order Desk", TEAM, is_bot=True),
        User(SLACKBOT, "slackbot", "Slackbot", TEAM),
    ]


def _channels() -> list[Channel]:
    return [
        Channel(SHOOTS, "shoots", {ANA, BEN, GUS, BOT}),
        Channel(EDITING, "editing", {ANA, BEN}),
        Channel(PARTNERS, "partners", {ANA, BEN, OLGA, BOT}, is_ext_shared=True),
        Channel(OWNERS, "owners", {ANA, BEN}, is_private=True),
        Channel(OLD_SHOOTS, "old-shoots", {ANA, BEN, BOT}, is_archived=True),
        Channel(ANA_BOT, "", {ANA, BOT}, is_im=True),
        Channel(ANA_BEN, "", {ANA, BEN}, is_im=True),
    ]


def _messages() -> list[tuple[str, str, str, dict[str, Any]]]:
    return [
        (SHOOTS, BEN, "Back from Elm Street, the dusk set is uploading now :camera:", {}),
        (SHOOTS, ANA, f"Is this one done? <https://app.autoenhance.ai/orders/{ELM}>", {}),
        (SHOOTS, GUS, f"Two for the owners: `{HARBOUR_VIEW}` and *{REASONS}*, please check", {}),
        (SHOOTS, BEN, "The contact sheet", {"files": [_file(f"order-{OAK}.pdf")]}),
        (SHOOTS, ANA, "From the web app", {"attachments": [_attachment(HARBOUR_VIEW)]}),
        (
            EDITING,
            BEN,
            f"I will look at <https://app.autoenhance.ai/orders/{REASONS}|the bad ones> today",
            {},
        ),
        (PARTNERS, OLGA, f"Could you send us {OAK} when it is ready?", {}),
        (OWNERS, ANA, "The Millers pay on delivery.", {}),
        (OLD_SHOOTS, BEN, "We write in #shoots now.", {}),
        (ANA_BEN, BEN, f"Lunch? And {ELM} looks slow.", {}),
    ]


def _file(name: str) -> dict[str, Any]:
    return {
        "id": "F0CONTACT1",
        "created": 1700000000,
        "name": name,
        "title": name,
        "mimetype": "application/pdf",
        "filetype": "pdf",
        "pretty_type": "PDF",
        "user": BEN,
        "mode": "hosted",
        "is_external": False,
        "size": 48211,
        "permalink": f"https://{TEAM_DOMAIN}.slack.com/files/{BEN}/F0CONTACT1/{name}",
    }


def _attachment(order_id: str) -> dict[str, Any]:
    link = f"https://app.autoenhance.ai/orders/{order_id}"
    return {
        "id": 1,
        "from_url": link,
        "original_url": link,
        "fallback": "Autoenhance: 7 Harbour View",
        "service_name": "Autoenhance",
        "title": "7 Harbour View",
        "title_link": link,
        "text": "An order in the web app",
    }
