"""What the panel can change: the orders, the failures of both stand-ins, and the channels."""

from collections.abc import Awaitable, Callable

from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.order_json import Json
from bot.sandbox.autoenhance.progress import Rhythm
from bot.sandbox.clock import MovableClock
from bot.sandbox.errors import NotOffered, Unknown
from bot.sandbox.page.inspector import MAY_FAIL
from bot.sandbox.slack.app import SlackSandbox

SLACK_MOODS = ("well", "ratelimited", "internal_error", "slow")
SLOW_SECONDS = 4.0
AGED_SECONDS = 3 * 3600.0


class Controls:
    def __init__(
        self, slack: SlackSandbox, autoenhance: AutoenhanceSandbox, clock: MovableClock | None = None
    ) -> None:
        self._slack = slack
        self._autoenhance = autoenhance
        self._clock = clock
        self.actions: dict[str, Callable[[Json], Awaitable[object]]] = {
            "mood": self._failure,
            "order": self._order,
            "day-later": self._day_later,
            "webhook": self._webhook,
            "slack-mood": self._slack_mood,
            "room": self._channel,
            "redeliver": self._redeliver,
        }
        self._order_actions: dict[str, Callable[[str], None]] = {
            "advance": lambda order: autoenhance.advance(order, 1),
            "finish": autoenhance.finish,
            "expire": autoenhance.expire,
        }
        self._channel_actions: dict[str, Callable[[str], object]] = {
            "remove": slack.remove_bot,
            "archive": slack.archive,
            "unarchive": lambda channel: slack.archive(channel, archived=False),
            "share": slack.share,
            "unshare": lambda channel: slack.share(channel, shared=False),
        }

    async def _failure(self, body: Json) -> None:
        """Set the failure of all orders or of one. An empty `mood` removes the failure of one order."""
        order = body.get("order")
        if order and not body["mood"]:
            self._autoenhance.clear_failure(order)
        else:
            self._autoenhance.set_failure(body["mood"], order=order, retry_after=body.get("retry_after"))

    async def _order(self, body: Json) -> None:
        order, act = body["order"], body["act"]
        if act == "delete":
            self._autoenhance.delete(order)
        elif act == "age":
            self._autoenhance.age(order, AGED_SECONDS)
        elif act in {"download", "download-one"}:
            self._autoenhance.download(order, 1 if act == "download-one" else None)
        else:
            self._autoenhance.take_in_hand(order)
            if act == "fail":
                self._autoenhance.fail_photo(order, body["reason"])
            elif act == "restart":
                self._autoenhance.restart(order, _rhythm(body.get("rhythm")))
            else:
                self._order_actions[act](order)

    async def _day_later(self, _: Json) -> None:
        if self._clock is None:
            raise NotOffered("The clock of a scripted day can't be moved.")
        self._clock.add_day()
        self._slack.workspace.change_signal.ring()

    async def _webhook(self, body: Json) -> None:
        if not await self._autoenhance.call_webhook(body["order"]):
            raise NotOffered("The webhook's address doesn't respond.")

    async def _slack_mood(self, body: Json) -> None:
        """Set how Slack answers one method: once, or until it is changed again."""
        method, faults = body["method"], self._slack.faults
        if method not in MAY_FAIL:
            raise NotOffered(f"The panel can't change responses of {method}.")
        if body["mood"] not in SLACK_MOODS:
            raise Unknown("mood", body["mood"], SLACK_MOODS)
        times = 1 if body.get("once") else None
        faults.clear(method)
        match body["mood"]:
            case "ratelimited":
                faults.fail(method, error="ratelimited", retry_after=body.get("retry_after"), times=times)
            case "internal_error":
                faults.fail(method, status=500, times=times)
            case "slow":
                faults.slow(method, SLOW_SECONDS, times=times)
            case _:
                pass
        self._slack.workspace.change_signal.ring()

    async def _channel(self, body: Json) -> None:
        if body["act"] == "invite":
            await self._slack.invite_bot(body["channel"])
        else:
            self._channel_actions[body["act"]](body["channel"])

    async def _redeliver(self, body: Json) -> None:
        """Deliver one exchange again, as Slack's retries do. Without a number, the last one."""
        every = self._slack.exchanges
        number = body.get("number", len(every) - 1)
        if not 0 <= number < len(every):
            raise NotOffered("Nothing was sent to the bot yet.")
        attempt = sum(exchange.body == every[number].body for exchange in every)
        await self._slack.redeliver(every[number], attempt=attempt, reason="http_timeout")


def _rhythm(name: str | None) -> Rhythm:
    if name not in {None, *Rhythm}:
        raise Unknown("rhythm", name, tuple(Rhythm))
    return Rhythm(name or Rhythm.REGULAR)
