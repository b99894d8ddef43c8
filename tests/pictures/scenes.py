"""What there are pictures of, as plain data: each card of a snapshot, and a story that the real bot plays."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from bot.bootstrap.app import App
from bot.demo.demo import Sandbox, open_app_in, open_sandbox
from bot.sandbox.autoenhance.order_json import failed, photos, stamp
from bot.sandbox.autoenhance.sample_orders import BIRCH, BLURRED, CHAPEL, ELM
from bot.sandbox.slack.files import READY_SECONDS
from bot.sandbox.slack.sample_workspace import ANA, BEN, SHOOTS
from bot.sandbox.slack.workspace import Message
from bot.slack import constants
from bot.slack.render import modals
from tests.conftest import FAST_TIMING
from tests.slack.sample_views import NOW, SAMPLES, view
from tests.slack.snapshots import kept
from tests.support.chat import Chat
from tests.support.clock import StandingClock
from tests.support.shoot import SHOOT, Shoot
from tests.support.waiting import until_idle, until_no_job_is_left

Place = Literal["message", "answer", "thread", "modal", "home", "below"]

_NAMES = {"<@U1>": f"<@{ANA}>", "<@U2>": f"<@{BEN}>", "<#C1>": f"<#{SHOOTS}>"}


@dataclass(frozen=True)
class Still:
    """A message or view to draw as it is."""

    place: Place
    sent: dict[str, Any]


def stills() -> dict[str, Still]:
    """All whole snapshots by name, and the modals that are long."""
    found = {name: _still(name, sent) for name, sent in kept().items() if _is_whole(sent)}
    more = {
        "modals-photos": modals.answer(modals.photos(view(SAMPLES[BIRCH])), callback_id=constants.PHOTOS),
        "modals-ask-to-watch": modals.ask_to_watch("That message names no order.", "{}"),
    }
    return found | {name: Still("modal", sent) for name, sent in more.items()}


def _is_whole(sent: Any) -> bool:
    """Whether the snapshot is a whole message or view. Some are only a text, a line or the buttons."""
    return isinstance(sent, dict) and "blocks" in sent


def _still(name: str, sent: dict[str, Any]) -> Still:
    said = json.dumps(sent)
    for made_up, real in _NAMES.items():
        said = said.replace(made_up, real)
    posted = ("the-card-", "the-word-")
    place: Place = (
        "below"
        if name.startswith("below-")
        else "thread"
        if name.startswith("each-notice")
        else "message"
        if name.startswith(posted)
        else "answer"
    )
    return Still(sent.get("type", place), json.loads(said))


@dataclass
class Story:
    """The bot between its two stand-ins, at the end of the story."""

    sandbox: Sandbox
    app: App
    clock: StandingClock
    chat: Chat

    @property
    def card(self) -> Message:
        return self._card(SHOOT)

    def _card(self, order: str) -> Message:
        return next(message for message in self.chat.posted() if order in str(message.blocks))

    def thread(self) -> list[Any]:
        """What #shoots shows of the watch: its card, and the notices in its thread."""
        return [message.blocks for message in (self.card, *self.chat.thread(self.card))]

    def home(self) -> list[Any]:
        """What Ana sees on her Home tab."""
        home = self.sandbox.slack.home(ANA)
        assert home is not None
        return home.blocks

    async def watch_more(self) -> None:
        """Ana turns pictures on, watches other orders as well, and opens her Home tab."""
        await self.chat.order("settings pictures on")
        self.sandbox.autoenhance.advance(ELM, 12)
        for order in (CHAPEL, BIRCH, ELM):
            await self.chat.watch(order)
        await until_idle(self.app)
        await self.sandbox.slack.open_home(ANA)
        await self.chat.until(lambda: self.sandbox.slack.home(ANA))
        await until_idle(self.app)

    async def show_pictures(self) -> Message:
        """Ana asks for the photos of an order that she watches."""
        card = self._card(BIRCH)
        await self.chat.click(card, "Show pictures")
        await self.chat.until(self.sandbox.slack.files.kept)
        self.clock.turn(seconds=READY_SECONDS + 1)  # Slack works on a file before a card may show it
        await self.chat.until(lambda: any(block["type"] == "image" for block in card.blocks))
        await until_no_job_is_left(self.app)
        return card


@asynccontextmanager
async def played() -> AsyncIterator[Story]:
    """Ana and Ben watch a shoot until it is finished, always at the same minutes of the same day."""
    clock = StandingClock(NOW)
    with TemporaryDirectory() as folder:
        async with open_sandbox(Path(folder), clock=clock) as sandbox:
            sandbox.slack.scopes.add(constants.PICTURES_SCOPE)
            async with open_app_in(sandbox, timing=FAST_TIMING, now=clock.now) as app:
                story = Story(sandbox, app, clock, Chat(sandbox.slack))
                await _watch_a_shoot(story)
                yield story


async def _watch_a_shoot(story: Story) -> None:
    chat, clock = story.chat, story.clock
    shoot = Shoot(story.sandbox.autoenhance, clock, story.app)
    begun: dict[str, Any] = {"created_at": stamp(clock() - 300)}
    shoot.is_now(**begun)
    card = await chat.watch(shoot.id)
    shoot.is_now(3, 1, **begun)
    await shoot.later(minutes=2)
    await chat.noticed(card)
    await chat.order(f"watch {shoot.id}", user=BEN)
    await chat.until(lambda: "ana and ben" in card.plain())
    shoot.is_now(9, 1, images=photos(SHOOT, (3, {}), (1, failed(BLURRED)), (6, {})), **begun)
    await shoot.later(minutes=2)
    await chat.noticed(card, 2)
    await until_idle(story.app)
