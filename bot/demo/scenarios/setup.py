"""What stands around the people of a script: their workspace, their orders, and what goes wrong."""

from typing import Any

from bot.demo.demo import Sandbox
from bot.demo.scenarios.models import Order, Scenario, Side, Trouble
from bot.demo.scenarios.skipping_loop import Clock
from bot.sandbox.autoenhance.order_json import failed, order, photos
from bot.sandbox.autoenhance.progress import Run
from bot.sandbox.autoenhance.sample_orders import BLURRED
from bot.sandbox.failures import FailureName
from bot.sandbox.slack.sample_workspace import BOT, TEAM
from bot.sandbox.slack.workspace import Channel, User

RETRY_AFTER = 20  # seconds, with every 429
_SLACK = ("chat.postMessage", "chat.update", "conversations.info", "views.publish", "respond")
_FOR_EVER = 1_000_000_000
_FAULTS: dict[str, dict[str, Any]] = {
    "429": {"error": "ratelimited", "retry_after": RETRY_AFTER},
    "503": {"error": "service_unavailable", "status": 503},
}
_MOODS: dict[str, FailureName] = {"429": "429", "500": "500", "503": "503", "hang": "hang", "close": "close"}


def user_id(name: str) -> str:
    return f"U0{name.upper():0<8}"


def channel_id(name: str) -> str:
    return f"C1{name.upper():0<8}"


class Stage:
    def __init__(self, sandbox: Sandbox, clock: Clock, scenario: Scenario) -> None:
        self._slack = sandbox.slack
        self._autoenhance = sandbox.autoenhance
        self._clock = clock
        self._scenario = scenario

    def furnish(self) -> None:
        """Hires the people and opens the channels; the bot is in all of them."""
        workspace, ids = self._slack.workspace, [user_id(name) for name in self._scenario.people]
        for name in self._scenario.people:
            workspace.users[user_id(name)] = User(user_id(name), name, name.title(), TEAM)
        for name in self._scenario.channels:
            workspace.channels[channel_id(name)] = Channel(channel_id(name), name, {*ids, BOT})

    def upload(self, shoot: Order) -> None:
        """The order begins now."""
        now = self._clock()
        self._autoenhance.add(
            order(shoot.id, shoot.name, _photos(shoot), now=now, age=0),
            Run(now, grouping=shoot.grouping, seconds_per_photo=shoot.pace),
        )

    def stall(self, shoot: Order) -> None:
        self._autoenhance.stall(shoot.id)

    def expire(self, shoot: Order) -> None:
        """Autoenhance gives up what is stuck: the photos that are not done never will be."""
        left = shoot.photos - (shoot.stuck_after or 0)
        images = photos(shoot.id, (shoot.photos - left, {}), (left, {"status": "expired"}))
        self._autoenhance.add(order(shoot.id, shoot.name, images, now=self._clock(), age=0))

    async def call(self, shoot: Order, photo: int) -> None:
        """Autoenhance's webhook says that this photo is done."""
        image = self._autoenhance.order(shoot.id)["images"][photo]
        await self._autoenhance.call_webhook(shoot.id, image_id=image["image_id"])

    def break_down(self, trouble: Trouble) -> None:
        if trouble.side is Side.SLACK:
            for method in _SLACK:
                self._slack.fail(method, times=_FOR_EVER, **_FAULTS[trouble.how])
        if trouble.side is Side.AUTOENHANCE:
            retry_after = RETRY_AFTER if trouble.how == "429" else None
            self._autoenhance.set_failure(_MOODS[trouble.how], retry_after=retry_after)

    def mend(self, trouble: Trouble) -> None:
        if trouble.side is Side.SLACK:
            self._slack.mend()
        if trouble.side is Side.AUTOENHANCE:
            self._autoenhance.set_failure("well")
            self._autoenhance.released.set()  # those who hang get their answer now
            self._autoenhance.released.clear()


def _photos(shoot: Order) -> list[dict[str, object]]:
    rest = shoot.photos - shoot.good - shoot.failures
    return photos(shoot.id, (shoot.good, {}), (shoot.failures, failed(BLURRED)), (rest, {}))
