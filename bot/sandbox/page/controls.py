"""What the panel can do: to the orders, to both stand-ins' moods, and to the channels."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.errors import NotOffered
from bot.sandbox.page.inspector import MAY_FAIL
from bot.sandbox.slack.app import SlackSandbox

Wish = dict[str, Any]

SLOW = 4.0
HOURS = 3 * 3600.0


class Controls:
    def __init__(self, slack: SlackSandbox, autoenhance: AutoenhanceSandbox) -> None:
        self._slack = slack
        self._autoenhance = autoenhance
        self.wishes: dict[str, Callable[[Wish], Awaitable[object]]] = {
            "mood": self._failure,
            "order": self._order,
            "webhook": self._webhook,
            "slack-mood": self._slack_mood,
            "room": self._room,
            "redeliver": self._redeliver,
        }
        self._acts: dict[str, Callable[[str], None]] = {
            "restart": autoenhance.restart,
            "advance": lambda order: autoenhance.advance(order, 1),
            "finish": autoenhance.finish,
        }
        self._rooms: dict[str, Callable[[str], object]] = {
            "remove": slack.remove_bot,
            "archive": slack.archive,
            "unarchive": lambda room: slack.archive(room, archived=False),
            "share": slack.share,
            "unshare": lambda room: slack.share(room, shared=False),
        }

    async def _failure(self, wish: Wish) -> None:
        """About everything, or about one order, which can also give up a mood of its own."""
        order = wish.get("order")
        if order and not wish["mood"]:
            self._autoenhance.clear_failure(order)
        else:
            self._autoenhance.set_failure(wish["mood"], order=order, retry_after=wish.get("retry_after"))

    async def _order(self, wish: Wish) -> None:
        order, act = wish["order"], wish["act"]
        if act == "delete":
            self._autoenhance.delete(order)
        elif act == "age":
            self._autoenhance.age(order, HOURS)
        else:
            self._autoenhance.take_in_hand(order)
            if act == "fail":
                self._autoenhance.fail_photo(order, wish["reason"])
            else:
                self._acts[act](order)

    async def _webhook(self, wish: Wish) -> None:
        if not await self._autoenhance.call_webhook(wish["order"]):
            raise NotOffered("nobody answers at the webhook's address")

    async def _slack_mood(self, wish: Wish) -> None:
        """How Slack answers one method: once, or until told otherwise."""
        method, faults = wish["method"], self._slack.faults
        if method not in MAY_FAIL:
            raise NotOffered(f"the panel has no moods for {method}")
        times = 1 if wish.get("once") else None
        faults.clear(method)
        match wish["mood"]:
            case "ratelimited":
                faults.fail(method, error="ratelimited", retry_after=wish.get("retry_after"), times=times)
            case "internal_error":
                faults.fail(method, status=500, times=times)
            case "slow":
                faults.slow(method, SLOW, times=times)
            case _:
                pass
        self._slack.workspace.change_signal.ring()

    async def _room(self, wish: Wish) -> None:
        if wish["act"] == "invite":
            await self._slack.invite_bot(wish["channel"])
        else:
            self._rooms[wish["act"]](wish["channel"])

    async def _redeliver(self, wish: Wish) -> None:
        """One delivery once more, or the last, as Slack's retries come."""
        every = self._slack.exchanges
        number = wish.get("number", len(every) - 1)
        if not 0 <= number < len(every):
            raise NotOffered("nothing was delivered yet")
        attempt = sum(exchange.body == every[number].body for exchange in every)
        await self._slack.redeliver(every[number], attempt=attempt, reason="http_timeout")
