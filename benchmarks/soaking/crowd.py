"""People who ask at a fixed rate, whether or not they got answers, and what they see in the end."""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from http.client import INTERNAL_SERVER_ERROR
from itertools import count

from benchmarks.soaking.faults import POST
from benchmarks.soaking.plan import Plan
from benchmarks.soaking.said import Kind, Said, said_of
from bot.demo.demo import Sandbox
from bot.sandbox.autoenhance.order_json import order, photos
from bot.sandbox.slack.delivery import Exchange
from bot.sandbox.slack.sample_workspace import BOT, TEAM
from bot.sandbox.slack.workspace import Channel, Message, User
from bot.slack.text.refusals import not_recorded

CHANNELS, PEOPLE, KNOWN = 100, 200, 300
PHOTOS = 8
SHARED_EVERY, PLACES = 5, 3  # of the watched orders, each fifth is watched in three channels
NOT_YET = ("I'll answer here", "I'll keep trying")
NOT_RECORDED = not_recorded("").partition(",")[0]  # "I couldn't save that"
PROMISES = ("I'll post in", "I'll mention you", "Watching")
MAX_POSTS = 2  # times that a notice is posted without Slack's confirmation
LOOK = 1.0  # seconds between two checks for answers


@dataclass
class Asked:
    """One request. `name` is the watched order's, empty for a look-up. Times are by the stand-ins' clock."""

    exchange: Exchange
    channel: str
    name: str
    at: float
    answered: float | None = None
    said: str = ""

    @property
    def is_promise(self) -> bool:
        return bool(self.name) and any(words in self.said for words in PROMISES)

    def told(self, kind: Kind) -> Said:
        """What the channel must have been told about the watched order."""
        return Said(self.channel, self.name, kind)


@dataclass
class Crowd:
    sandbox: Sandbox
    plan: Plan
    asked: list[Asked] = field(default_factory=list)
    refused: int = 0  # requests without an ack, or whose ack says that nothing was recorded
    waiting: list[Asked] = field(default_factory=list)
    ends: dict[str, float] = field(default_factory=dict)  # of watched orders, by name
    statuses: Counter[str] = field(default_factory=Counter)  # of the bot's calls, by method and status
    unconfirmed: Counter[Said] = field(default_factory=Counter)  # posted, and answered with a 500

    def __post_init__(self) -> None:
        self._random = random.Random(1)  # noqa: S311 - the same crowd each time
        self._number = count(1)
        self._tasks: set[asyncio.Task[None]] = set()
        workspace = self.sandbox.slack.workspace
        self._people = [f"U0SOAK{n:05}" for n in range(PEOPLE)]
        self.channels = [f"C0SOAK{n:05}" for n in range(CHANNELS)]
        for user in self._people:
            workspace.users[user] = User(user, user.lower(), user, TEAM)
        for channel in self.channels:
            workspace.channels[channel] = Channel(channel, channel.lower(), {*self._people, BOT})
        for n in range(KNOWN):
            self._add(f"known-{n}", f"Known {n}", done=PHOTOS)

    async def ask(self) -> None:
        """Ask for as long as the plan says, then wait until all requests are delivered."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._often(self.plan.look_ups, self._look_up))
            tasks.create_task(self._often(self.plan.watches, self._watch))
        await asyncio.gather(*self._tasks)

    async def _often(self, a_second: float, what: Callable[[], Coroutine[None, None, None]]) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        for n in range(round(self.plan.lasts * a_second)):
            await asyncio.sleep(began + n / a_second - loop.time())
            self._keep(what())

    def _keep(self, doing: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _look_up(self) -> None:
        await self._type(f"/order known-{self._random.randrange(KNOWN)}", self._random.choice(self.channels))

    async def _watch(self) -> None:
        number = next(self._number)
        id_ = f"watched-{number}"
        name = f"Soak {id_}"
        places = self._random.sample(self.channels, 1 if number % SHARED_EVERY else PLACES)
        self._add(id_, name, done=1)
        lasts = self._random.uniform(*self.plan.life)
        self._keep(self._end(id_, name, lasts))
        await asyncio.gather(*(self._type(f"/order watch {id_}", place, name) for place in places))

    async def _end(self, id_: str, name: str, lasts: float) -> None:
        await asyncio.sleep(lasts / 2)
        self._add(id_, name, done=PHOTOS // 2)
        await asyncio.sleep(lasts / 2)
        self._add(id_, name, done=PHOTOS)
        self.ends[name] = self._now()

    async def _type(self, text: str, channel: str, name: str = "") -> None:
        user, at = self._random.choice(self._people), self._now()
        exchange = await self.sandbox.slack.command(text, user=user, channel=channel)
        if exchange.error or NOT_RECORDED in exchange.answer.get("text", ""):
            self.refused += 1
            return
        asked = Asked(exchange, channel, name, at)
        self.asked.append(asked)
        self.waiting.append(asked)

    def look(self) -> None:
        """Record the answers that have come since. A recorded answer is deleted, to save memory."""
        still = []
        for asked in self.waiting:
            shown = self.sandbox.slack.reply(asked.exchange)
            if shown is None or not _is_final(shown):
                still.append(asked)
                continue
            asked.answered, asked.said = self._now(), f"{shown.text} {shown.plain()}"
            self.sandbox.slack.delete(shown)
        self.waiting = still
        self._count()

    def all_told(self) -> bool:
        """Whether every promised end is posted in its thread, or two posts of it were not confirmed."""
        told = set(self.told())
        ends = [asked.told(Kind.READY) for asked in self.asked if asked.is_promise]
        return all(end in told or self.unconfirmed[end] >= MAX_POSTS for end in ends)

    def told(self) -> dict[Said, list[Message]]:
        """The posted messages, by what they say. Every message outside of a thread is a card."""
        found: dict[Said, list[Message]] = defaultdict(list)
        for channel in self.channels:
            for message in self.sandbox.slack.messages(channel):
                if message.user != BOT or message.ephemeral_to:
                    continue
                if said := said_of(channel, message.text):
                    found[said if message.thread_ts else said._replace(kind=Kind.CARD)].append(message)
        return found

    def _count(self) -> None:
        """Count the bot's calls and drop them, or they would fill the memory."""
        for call in self.sandbox.slack.forget():
            self.statuses[f"{call.method} {call.status}"] += 1
            unread = call.status == INTERNAL_SERVER_ERROR or not isinstance(call.answer, dict)
            if call.method == POST and unread:
                said = said_of(call.params["channel"], call.params["text"])
                self.unconfirmed.update(filter(None, [said]))
        for asked in self.sandbox.autoenhance.forget():
            self.statuses[f"Autoenhance {asked.status}"] += 1

    def _add(self, id_: str, name: str, *, done: int) -> None:
        images = photos(id_, (done, {}), (PHOTOS - done, {"status": "waiting"}))
        working = done < PHOTOS
        self.sandbox.autoenhance.add(order(id_, name, images, now=self._now(), age=60, is_processing=working))

    def _now(self) -> float:
        return self.sandbox.slack.workspace.now()


def _is_final(shown: Message) -> bool:
    return bool(shown.blocks) and not any(words in shown.plain() for words in NOT_YET)
