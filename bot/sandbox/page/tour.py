"""The tour for a new user: four steps, and which of them are done."""

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from itertools import islice

from bot.sandbox.autoenhance.app import Asked, AutoenhanceSandbox
from bot.sandbox.autoenhance.order_json import Json
from bot.sandbox.autoenhance.sample_orders import ELM, HARBOUR_VIEW, OAK
from bot.sandbox.page import deeds
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.delivery import Exchange
from bot.sandbox.slack.endpoints import Call

WATCH = 2  # index in STEPS


class Tour:
    """What was done before the first call of `steps` does not count. A step that is done stays done."""

    def __init__(self, slack: SlackSandbox, autoenhance: AutoenhanceSandbox) -> None:
        self._slack = slack
        self._autoenhance = autoenhance
        self._begun: tuple[int, int, int] | None = None
        self._done = [False] * len(STEPS)

    def steps(self) -> list[Json]:
        if self._begun is None:
            slack = self._slack
            self._begun = len(slack.exchanges), len(slack.calls()), len(self._autoenhance.requests)
        if not all(self._done):
            self._look(*self._begun)
        steps = [{**step, "done": done} for step, done in zip(STEPS, self._done, strict=True)]
        steps[WATCH]["acts"] = steps[WATCH]["acts"][1:] if self._is_watching() else steps[WATCH]["acts"][:1]
        return steps

    def _look(self, *begun: int) -> None:
        """Tick the steps that are done by now."""
        exchanges = self._slack.exchanges[begun[0] :]
        calls = [call for call in self._slack.calls()[begun[1] :] if _went_well(call)]
        cards = list(deeds.answered(exchanges, calls))
        now = (
            any(deeds.is_look_up(exchange) for exchange, _ in cards),
            any(deeds.RECHECK in deeds.pressed(exchange) for exchange, _ in cards),
            self._was_told([exchange.at for exchange in exchanges if deeds.is_watch(exchange)]),
            self._saw_outage(cards, self._autoenhance.requests[begun[2] :]),
        )
        self._done = [done or seen for done, seen in zip(self._done, now, strict=True)]

    def _is_watching(self) -> bool:
        """Whether the order of this step is watched, so that it can be finished."""
        begun, calls = self._begun or (0, 0, 0), self._slack.calls("chat.postMessage")
        watched = any(deeds.is_watch(exchange) for exchange in islice(self._slack.exchanges, begun[0], None))
        name = self._autoenhance.order(HARBOUR_VIEW)["name"]
        return watched and any(name in deeds.title(call.params) for call in calls if _went_well(call))

    def _was_told(self, watches: Sequence[float]) -> bool:
        """Whether the bot posted, after a watch began, in a thread about an order that has finished."""
        finished = [str(order["name"]) for order in self._running() if _is_finished(order)]
        said = (
            notice
            for channel in self._slack.workspace.channels
            for notice in deeds.notices(self._slack.messages(channel), min(watches))
        )
        return bool(watches and finished) and any(name in notice for notice in said for name in finished)

    def _running(self) -> Iterator[Json]:
        autoenhance = self._autoenhance
        return (order for order in autoenhance.orders() if autoenhance.can_run(order["order_id"]))

    def _saw_outage(self, cards: Sequence[tuple[Exchange, float]], asked: Sequence[Asked]) -> bool:
        """Whether a look-up met an outage of Autoenhance, and its card came later."""
        down = [each.at for each in asked if not _answers(each)]
        if self._autoenhance.failure() != "well":
            return False
        looked_up = ((exchange.at, came) for exchange, came in cards if deeds.is_look_up(exchange))
        return any(begun <= at < came for begun, came in looked_up for at in down)


def _went_well(call: Call) -> bool:
    """Whether Slack did it. The answers to a response_url and to the bytes of a file are words."""
    said = call.answer
    did = bool(said.get("ok")) if isinstance(said, dict) else said == "ok"
    return call.status == HTTPStatus.OK and did


def _answers(asked: Asked) -> bool:
    """True also while the request is still waiting."""
    return asked.seconds is None or HTTPStatus.OK <= asked.status < HTTPStatus.INTERNAL_SERVER_ERROR


def _is_finished(order: Json) -> bool:
    return bool(order["images"]) and not order["is_processing"]


STEPS: tuple[Json, ...] = (
    {
        "name": "Look up an order",
        "says": "An order is one shoot. Press the button, or type an order ID below. Order Desk answers with "
        "a card that only you can see.",
        "acts": [{"label": f"/order {ELM}", "wish": "say", "text": f"/order {ELM}"}],
    },
    {
        "name": "Re-check it",
        "says": "Press Re-check on a card. It says what changed since the last check. "
        "12 Elm Street is still processing, so its card changes every few seconds.",
        "acts": [],
    },
    {
        "name": "Watch one",
        "says": "Watch 7 Harbour View. Its card is posted in the channel for everyone. When the order is "
        "done, in about half a minute, Order Desk replies in the card's thread.",
        "acts": [
            {"label": f"/order watch {HARBOUR_VIEW}", "wish": "say", "text": f"/order watch {HARBOUR_VIEW}"},
            {
                "label": "Finish the order now",
                "wish": "order",
                "order": HARBOUR_VIEW,
                "act": "finish",
                "quiet": True,
            },
        ],
    },
    {
        "name": "Try an outage",
        "says": "What if Autoenhance is down? Press the three buttons in this order. Order Desk tells you "
        "about the outage, and posts the card within half a minute after it ends.",
        "acts": [
            {"label": "1. Take Autoenhance down", "wish": "mood", "mood": "close", "quiet": True},
            {"label": f"2. /order {OAK}", "wish": "say", "text": f"/order {OAK}"},
            {"label": "3. Bring it back", "wish": "mood", "mood": "well", "quiet": True},
        ],
    },
)
