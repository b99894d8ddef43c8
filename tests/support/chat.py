"""Typing and clicking in the sandbox's Slack, and waiting for the result."""

import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar

from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import ANA, BOT, SHOOTS
from bot.sandbox.slack.workspace import Message, View

T = TypeVar("T")


@dataclasses.dataclass
class Chat:
    """What the bot says, as one person sees it."""

    slack: SlackSandbox

    def said(self, channel: str = SHOOTS, viewer: str = ANA) -> list[Message]:
        """Every message of the bot there, oldest first."""
        return [message for message in self.slack.messages(channel, viewer=viewer) if message.user == BOT]

    async def order(self, text: str, *, user: str = ANA, channel: str = SHOOTS) -> Message:
        """Types `/order …` and waits for the answer.

        The first reply has no blocks, so it is not the answer.
        """
        known = {message.ts for message in self.said(channel, user)}
        await self.slack.command(f"/order {text}".strip(), user=user, channel=channel)
        return await self.until(
            lambda: next((each for each in self.said(channel, user) if _answers(each, user, known)), None)
        )

    async def click(self, message: Message, label: str, *, user: str = ANA) -> None:
        exchange = await self.slack.click(message, label, user=user)
        assert exchange.status == 200

    async def new(self, known: set[str], channel: str = SHOOTS, viewer: str = ANA) -> Message:
        """The first message with blocks that is not a known one."""
        return await self.until(
            lambda: next(
                (each for each in self.said(channel, viewer) if each.blocks and each.ts not in known), None
            )
        )

    async def reads(self, words: str, channel: str = SHOOTS, viewer: str = ANA) -> Message:
        """The bot's message with these words, once there is one."""
        return await self.until(
            lambda: next((each for each in self.said(channel, viewer) if words in each.plain()), None)
        )

    async def redrawn(self, face: list[dict[str, Any]]) -> Message:
        """Ana's last message of the bot in #shoots, once its blocks are others than these."""
        return await self.until(lambda: next((m for m in self.said()[-1:] if m.blocks != face), None))

    async def view(self, words: str, user: str = ANA) -> View:
        """The modal with these words, once there is one."""
        return await self.until(
            lambda: next((each for each in self.slack.views(user) if words in each.plain()), None)
        )

    async def watch(self, shoot: str, *, user: str = ANA, channel: str = SHOOTS) -> Message:
        """Types `/order watch …` and waits for the answer. Returns the card that everyone sees."""
        await self.order(f"watch {shoot}", user=user, channel=channel)
        return await self.until(lambda: next(iter(self.posted(channel)[-1:]), None))

    def posted(self, channel: str = SHOOTS) -> list[Message]:
        """The bot's posts that everyone there sees, outside of threads, oldest first."""
        said = self.slack.messages(channel)
        return [each for each in said if each.user == BOT and not each.ephemeral_to and not each.thread_ts]

    def thread(self, card: Message) -> list[Message]:
        """The bot's replies to a message, oldest first."""
        replies = self.slack.workspace.replies(card)
        return [each for each in replies if each.user == BOT and not each.ephemeral_to]

    async def noticed(self, card: Message, number: int = 1) -> Message:
        """The bot's reply of this number to a message, once it is there."""
        return await self.until(lambda: next(iter(self.thread(card)[number - 1 :]), None))

    async def until(self, seen: Callable[[], T | None]) -> T:
        found = await self.slack.until(seen)
        assert found is not None
        return found


def _answers(message: Message, user: str, known: set[str]) -> bool:
    return bool(message.blocks) and message.ephemeral_to == user and message.ts not in known
