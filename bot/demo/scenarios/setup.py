"""What surrounds the people of a scenario: their workspace, their orders, and the outages."""

from contextlib import suppress
from typing import Any

from bot.demo.demo import Sandbox
from bot.demo.scenarios.models import Order, Scenario, Side, Trouble
from bot.demo.scenarios.skipping_loop import Clock
from bot.sandbox.autoenhance.order_json import failed, order, photos
from bot.sandbox.autoenhance.progress import Run
from bot.sandbox.autoenhance.sample_orders import BLURRED
from bot.sandbox.errors import NotOffered
from bot.sandbox.failures import FailureName
from bot.sandbox.slack.sample_workspace import BOT, TEAM
from bot.sandbox.slack.workspace import Channel, User

RETRY_AFTER_SECONDS = 20  # with every 429
_SLACK_METHODS = ("chat.postMessage", "chat.update", "conversations.info", "views.publish", "respond")
_ALL_CALLS = 1_000_000_000
_SLACK_FAULTS: dict[str, dict[str, Any]] = {
    "429": {"error": "ratelimited", "retry_after": RETRY_AFTER_SECONDS},
    "503": {"error": "service_unavailable", "status": 503},
}
_AUTOENHANCE_FAILURES: dict[str, FailureName] = {
    "429": "429",
    "500": "500",
    "503": "503",
    "hang": "hang",
    "close": "close",
}


def user_id(name: str) -> str:
    return f"U0{name.upper():0<8}"


def channel_id(name: str) -> str:
    return f"C1{name.upper():0<8}"


class Environment:
    def __init__(self, sandbox: Sandbox, clock: Clock, scenario: Scenario) -> None:
        self._slack = sandbox.slack
        self._autoenhance = sandbox.autoenhance
        self._clock = clock
        self._scenario = scenario

    def add_people(self) -> None:
        """Add the people and the channels. The bot is a member of all channels."""
        workspace, ids = self._slack.workspace, [user_id(name) for name in self._scenario.people]
        for name in self._scenario.people:
            workspace.users[user_id(name)] = User(user_id(name), name, name.title(), TEAM)
        for name in self._scenario.channels:
            workspace.channels[channel_id(name)] = Channel(channel_id(name), name, {*ids, BOT})

    def upload(self, planned: Order) -> None:
        """Add the order, uploaded now."""
        now = self._clock()
        self._autoenhance.add(
            order(planned.id, planned.name, _photos(planned), now=now, age=0),
            Run(now, grouping=planned.grouping, times=planned.after_grouping),
        )

    def stall(self, planned: Order) -> None:
        self._autoenhance.stall(planned.id)

    def expire(self, planned: Order) -> None:
        """Expire the photos of a stuck order that are not done."""
        left = planned.photos - (planned.stuck_after or 0)
        images = photos(planned.id, (planned.photos - left, {}), (left, {"status": "expired"}))
        self._autoenhance.add(order(planned.id, planned.name, images, now=self._clock(), age=0))

    def download(self, planned: Order) -> None:
        """Nothing where a person at the page was faster."""
        with suppress(NotOffered):
            self._autoenhance.download(planned.id, planned.downloads)

    async def call(self, planned: Order, photo: int) -> None:
        """Call the bot's webhook endpoint: this photo is done."""
        image = self._autoenhance.order(planned.id)["images"][photo]
        await self._autoenhance.call_webhook(planned.id, image_id=image["image_id"])

    def begin_trouble(self, trouble: Trouble) -> None:
        if trouble.side is Side.SLACK:
            for method in _SLACK_METHODS:
                self._slack.fail(method, times=_ALL_CALLS, **_SLACK_FAULTS[trouble.how])
        if trouble.side is Side.AUTOENHANCE:
            retry_after = RETRY_AFTER_SECONDS if trouble.how == "429" else None
            self._autoenhance.set_failure(_AUTOENHANCE_FAILURES[trouble.how], retry_after=retry_after)

    def end_trouble(self, trouble: Trouble) -> None:
        if trouble.side is Side.SLACK:
            self._slack.mend()
        if trouble.side is Side.AUTOENHANCE:
            self._autoenhance.set_failure("well")
            self._autoenhance.released.set()  # waiting requests get their answer now
            self._autoenhance.released.clear()


def _photos(planned: Order) -> list[dict[str, object]]:
    good_after = planned.photos - planned.good - planned.failures
    return photos(planned.id, (planned.good, {}), (planned.failures, failed(BLURRED)), (good_after, {}))
