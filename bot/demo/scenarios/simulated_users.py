"""What people do in Slack, and what they see. Nothing here reads the bot's database."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.demo.demo import Sandbox
from bot.demo.scenarios.models import Act, ActKind
from bot.demo.scenarios.setup import channel_id, user_id
from bot.demo.scenarios.skipping_loop import Clock
from bot.sandbox.errors import NotOffered
from bot.sandbox.slack.delivery import Exchange
from bot.sandbox.slack.sample_workspace import BOT
from bot.sandbox.slack.workspace import Message, View

_INTERIM = ("I'll answer here", "I'll keep trying")
_PROMISES = ("I'll post in", "I'll mention you")
_WATCH_CARD = ("Watched by", "No longer watching", "topped watching")
_WATCHING = {ActKind.WATCH: "", ActKind.WATCH_FAILURES: " failures"}

See = Callable[[], Message | View | None]
Step = tuple[Exchange | None, See]


@dataclass
class Asked:
    """One request and its result. `at` and `answered` are seconds of the day, `took` is real seconds.

    If it is not `acked`, Slack showed the person an error.
    """

    act: Act
    at: float
    acked: bool = True
    had_to_wait: bool = False
    answered: float | None = None
    took: float = 0.0
    said: str = ""

    @property
    def is_promise(self) -> bool:
        """Whether it is a watch, and the bot answered that it will post notices."""
        return self.act.kind in _WATCHING and any(words in self.said for words in _PROMISES)


class SimulatedUsers:
    """People who look up orders, and click on an answer when it has come."""

    def __init__(self, sandbox: Sandbox, clock: Clock, names: dict[str, str]) -> None:
        """`names` are the names of the orders, by ID."""
        self.asked: list[Asked] = []
        self._slack = sandbox.slack
        self._clock = clock
        self._names = names
        self._answers: dict[tuple[str, str, str], Message] = {}  # by person, channel and order
        self._acts: dict[ActKind, Callable[[Act], Awaitable[Step]]] = {
            ActKind.ASK: lambda act: self._type(act, act.order),
            ActKind.WATCH: lambda act: self._type(act, f"watch {act.order}"),
            ActKind.WATCH_FAILURES: lambda act: self._type(act, f"watch {act.order} failures"),
            ActKind.LIST: lambda act: self._type(act, "list"),
            ActKind.FIND: lambda act: self._type(act, "find lane"),
            ActKind.AGAIN: self._again,
            ActKind.SHARE: self._share,
            ActKind.CARD: self._card,
            ActKind.HOME: self._home,
        }

    async def do(self, act: Act) -> None:
        """Return when the answer has come. Without an answer, never return."""
        if act.kind in {ActKind.AGAIN, ActKind.SHARE} and not await self._has_answer(act):
            return
        asked, begun = Asked(act, self._clock.passed), time.perf_counter()
        try:
            exchange, see = await self._acts[act.kind](act)
        except NotOffered:  # the card does not exist, or has no such button any more
            return
        asked.acked = exchange is not None and not exchange.error
        self.asked.append(asked)
        while asked.acked and asked.answered is None:
            shown = see()
            asked.said = _words(shown) if shown else ""
            if shown is None or any(words in asked.said for words in _INTERIM):
                asked.had_to_wait |= shown is not None
                await self._slack.workspace.change_signal.rung()
            else:
                asked.answered, asked.took = self._clock.passed, time.perf_counter() - begun
                if act.kind is ActKind.ASK and isinstance(shown, Message):
                    self._answers[_key(act)] = shown

    async def _type(self, act: Act, text: str) -> Step:
        """Type a slash command. An interim answer is only a line of text. The real answer has blocks."""
        who, where = user_id(act.who), channel_id(act.channel)
        exchange = await self._slack.command(f"/order {text}", user=who, channel=where)

        def see() -> Message | None:
            reply = self._slack.reply(exchange)
            return reply if reply and reply.blocks else self._late(act, exchange.at)

        return exchange, see

    async def _again(self, act: Act) -> Step:
        message = self._answers[_key(act)]
        before = message.blocks
        exchange = await self._slack.click(message, "Re-check", user=user_id(act.who))
        return exchange, lambda: self._redrawn(message, before, act, exchange.at)

    async def _share(self, act: Act) -> Step:
        message = self._answers[_key(act)]
        exchange = await self._slack.click(message, "Share in channel", user=user_id(act.who))
        return exchange, lambda: self._posted(act, exchange.at)

    async def _card(self, act: Act) -> Step:
        cards = [
            each
            for each in self._slack.messages(channel_id(act.channel))
            if each.user == BOT and not each.thread_ts and not each.ephemeral_to
            and self._names[act.order] in each.text and any(words in each.plain() for words in _WATCH_CARD)
        ]  # fmt: skip
        if not cards:
            raise NotOffered
        before = cards[0].blocks
        exchange = await self._slack.click(cards[0], "Re-check", user=user_id(act.who))

        def see() -> Message | None:
            """A check of the bot's own edits the card too. Its edit names nobody, and answers no click."""
            answers = f"by <@{user_id(act.who)}>" in cards[0].text
            return self._redrawn(cards[0], before if answers else cards[0].blocks, act, exchange.at)

        return exchange, see

    async def _home(self, act: Act) -> Step:
        who = user_id(act.who)
        before = (home := self._slack.home(who)) and home.hash
        exchange = await self._slack.open_home(who)
        return exchange, lambda: home if (home := self._slack.home(who)) and home.hash != before else None

    async def _has_answer(self, act: Act) -> bool:
        """Wait for the answer to this person's look-up of this order. False if no look-up was acked."""
        while _key(act) not in self._answers:
            if not any(_key(each.act) == _key(act) and each.acked for each in self.asked):
                return False
            await self._slack.workspace.change_signal.rung()
        return True

    def _redrawn(self, message: Message, before: object, act: Act, since: float) -> Message | None:
        return message if message.blocks is not before else self._posted(act, since)

    def _posted(self, act: Act, since: float) -> Message | None:
        """What the bot has posted there about the order since then, to this person or to all."""
        seen = self._slack.messages(channel_id(act.channel), viewer=user_id(act.who))
        return self._about(act, seen, since) or self._late(act, since)

    def _late(self, act: Act, since: float) -> Message | None:
        """Where there was no way back to the channel, the answer is a direct message."""
        room = self._slack.workspace.dm(user_id(act.who), BOT)
        return self._about(act, self._slack.messages(room.id), since)

    def _about(self, act: Act, messages: list[Message], since: float) -> Message | None:
        names = {self._names.get(act.order, ""), act.order}
        for message in reversed(messages):
            if float(message.ts) < since:
                return None
            is_reply = message.thread_ts is not None
            if message.user == BOT and message.blocks and not is_reply and _names_one(message, names):
                return message
        return None


def _key(act: Act) -> tuple[str, str, str]:
    return act.who, act.channel, act.order


def _names_one(message: Message, names: set[str]) -> bool:
    return any(name in message.text for name in names)


def _words(shown: Message | View) -> str:
    return f"{shown.text} {shown.plain()}" if isinstance(shown, Message) else shown.plain()
