"""Many people at once, each with an order of their own."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import TypeVar

from bot.demo.demo import Sandbox
from bot.sandbox.autoenhance.order_json import order, photos
from bot.sandbox.slack.delivery import Exchange
from bot.sandbox.slack.sample_workspace import BOT, SHOOTS, TEAM
from bot.sandbox.slack.workspace import Message, User
from tests.support import stored_rows

T = TypeVar("T")
POLL_SECONDS = 0.05  # seconds
SLOW = "Autoenhance isn't responding."


class Crowd:
    """`size` people of the workspace. The order of each is ready, and named after their number."""

    def __init__(self, sandbox: Sandbox, size: int) -> None:
        self._sandbox = sandbox
        self.all = range(size)
        self.people = [_user(number) for number in self.all]
        for number in self.all:
            user, id_ = _user(number), order_id(number)
            sandbox.slack.workspace.users[user] = User(user, f"person{number}", f"Person {number}", TEAM)
            ready = photos(id_, (6, {}))
            sandbox.autoenhance.add(order(id_, _name(number), ready, now=sandbox.slack.workspace.now()))

    async def ask(self, numbers: Iterable[int], channel: str = SHOOTS) -> list[Exchange]:
        """Each of them types `/order` with their order's ID, all at once."""
        typed = ((f"/order {order_id(number)}", _user(number)) for number in numbers)
        return await asyncio.gather(
            *(self._sandbox.slack.command(text, user=user, channel=channel) for text, user in typed)
        )

    def said(self, number: int) -> list[Message]:
        """The bot's messages in #shoots that only this person sees."""
        user = _user(number)
        seen = self._sandbox.slack.messages(SHOOTS, viewer=user)
        return [each for each in seen if each.user == BOT and each.ephemeral_to == user]

    async def answered(self, numbers: Iterable[int], *, within: float) -> None:
        """Returns when each sees their order, once or twice, and nothing else. Raises TimeoutError."""
        asked = list(numbers)
        await self._sandbox.slack.until(lambda: all(map(self._is_answered, asked)), timeout=within)

    def _is_answered(self, number: int) -> bool:
        """After a kill an answer may come twice: a command's answer replaces nothing.

        On a slow machine, two seconds may pass before it comes. Then a line says so first.
        """
        said = [message.text for message in self.said(number)]
        answers = [text for text in said if _name(number) in text]
        return len(answers) in {1, 2} and all(SLOW in text for text in said if text not in answers)

    def answers(self) -> Counter[int]:
        """How often Slack got the order of each."""
        texts = [str(call.params.get("text")) for call in self._sandbox.slack.calls("respond")]
        return Counter(number for number in self.all for text in texts if _name(number) in text)

    def checks(self) -> Counter[int]:
        """How often Autoenhance was asked for the order of each."""
        paths = Counter(asked.path.rpartition("/")[2] for asked in self._sandbox.autoenhance.requests)
        return Counter({number: paths[order_id(number)] for number in self.all if paths[order_id(number)]})

    async def running_in(self, workers: Collection[int]) -> set[int]:
        """The people whose look-ups run in these workers of Procrastinate's."""
        doing = (
            "SELECT worker_id, content FROM jobs"
            " JOIN procrastinate_jobs ON jobs.id = (args->>'row')::bigint WHERE status = 'doing'"
        )
        rows = await stored_rows.rows(self._sandbox.settings, doing)
        contents = [row["content"] for row in rows if row["worker_id"] in workers]
        return {number for number in self.all for content in contents if order_id(number) in content}


def order_id(number: int) -> str:
    return f"{number:08x}-51c3-4d0e-8a52-6f0e3b7c9d11"


def _user(number: int) -> str:
    return f"U0CROWD{number:03}"


def _name(number: int) -> str:
    return f"House {number:03}"


def accepted(exchanges: Iterable[Exchange]) -> list[bool]:
    """Of each, whether its ack came within Slack's three seconds and is empty: an answer follows."""
    return [not each.error and not each.answer for each in exchanges]


async def eventually(ask: Callable[[], Awaitable[T]], *, within: float = 10) -> T:
    """What it returns once that is true, where nothing signals the change. Raises TimeoutError."""
    async with asyncio.timeout(within):
        while not (found := await ask()):  # noqa: ASYNC110 - see above
            await asyncio.sleep(POLL_SECONDS)
        return found


async def workers(sandbox: Sandbox, number: int) -> list[int]:
    """The IDs of Procrastinate's workers, once there are so many. A process has two of them."""

    async def registered() -> list[int]:
        found = await stored_rows.rows(sandbox.settings, "SELECT id FROM procrastinate_workers ORDER BY id")
        return [row["id"] for row in found] if len(found) >= number else []

    return await eventually(registered)


async def all_done(sandbox: Sandbox, *, within: float = 10) -> None:
    """Returns when no job is open and none runs. Raises TimeoutError."""
    left = "SELECT id FROM jobs WHERE state = 'open' UNION ALL SELECT id FROM procrastinate_jobs"

    async def none_left() -> bool:
        return not await stored_rows.rows(sandbox.settings, left)

    await eventually(none_left, within=within)
