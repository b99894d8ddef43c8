"""An order that a test moves on."""

from typing import Any

from bot.bootstrap.app import App
from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.order_json import failed, order, photos
from tests.support.clock import Clock
from tests.support.waiting import until_idle

NAME = "Pine Lodge"
SHOOT = "5f0e7c52-9c1b-4a61-8f7e-2d90b3a6c418"


class Shoot:
    """An order of ten photos that is being enhanced, with none done yet. `is_now` changes the counts."""

    def __init__(
        self, autoenhance: AutoenhanceSandbox, clock: Clock, app: App | None = None, id_: str = SHOOT
    ) -> None:
        self.id = id_
        self._app = app
        self._autoenhance = autoenhance
        self._clock = clock
        self.is_now()

    def is_now(
        self,
        done: int = 0,
        failures: int = 0,
        *,
        of: int = 10,
        working: bool | None = None,
        reason: str | None = "Image is too blurry",
        **changes: Any,
    ) -> None:
        """Changes what Autoenhance shows. The order is being enhanced until all photos are done or failed."""
        left = of - done - failures
        images = photos(self.id, (done, {}), (failures, failed(reason)), (left, {"status": "waiting"}))
        at_work = left > 0 if working is None else working
        shown = order(self.id, NAME, images, now=self._clock(), age=0, is_processing=at_work)
        self._autoenhance.add(shown | changes)

    async def later(self, **passed: float) -> None:
        """Moves the clock, and waits until the bot has checked again and posted what came of it."""
        assert self._app is not None
        await until_idle(self._app)
        before = self._looks()
        self._clock.turn(**passed)
        await self._autoenhance.change_signal.until(lambda: self._looks() > before, timeout=20)
        await until_idle(self._app)

    def _looks(self) -> int:
        return sum(asked.path.endswith(self.id) for asked in self._autoenhance.requests)

    def finish(self, failures: int = 0) -> None:
        self.is_now(10 - failures, failures)
