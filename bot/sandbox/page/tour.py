"""The tour for a new user: four steps, and which of them are done."""

from collections.abc import Iterator
from http import HTTPStatus

from bot.sandbox.autoenhance.app import Asked, AutoenhanceSandbox
from bot.sandbox.autoenhance.order_json import Json
from bot.sandbox.autoenhance.sample_orders import ELM, HARBOUR_VIEW, OAK
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.endpoints import RESPOND, Call

RECHECK = "Re-check"
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
        seen = (self._looked_up, self._rechecked, self._watched, self._saw_outage)
        self._done = [done or now() for done, now in zip(self._done, seen, strict=True)]
        steps = [{**step, "done": done} for step, done in zip(STEPS, self._done, strict=True)]
        steps[WATCH]["acts"] = steps[WATCH]["acts"][1:] if self._is_watching() else steps[WATCH]["acts"][:1]
        return steps

    def _calls(self, method: str) -> Iterator[Call]:
        since = self._begun[1] if self._begun else 0
        return (call for call in self._slack.calls()[since:] if call.method == method and _went_well(call))

    def _looked_up(self) -> bool:
        """Whether a card came. Of all the bot's answers, only a card has a header."""
        return any(_has_header(call.params) for call in self._calls(RESPOND))

    def _rechecked(self) -> bool:
        since = self._begun[0] if self._begun else 0
        clicks = (each.payload.get("actions", []) for each in self._slack.exchanges[since:] if not each.error)
        return any(click.get("text", {}).get("text") == RECHECK for clicked in clicks for click in clicked)

    def _is_watching(self) -> bool:
        """Whether a card was posted in a channel, so that there is an order to finish."""
        return any(_has_header(call.params) for call in self._calls("chat.postMessage"))

    def _watched(self) -> bool:
        """Whether a notice was posted in a thread, and an order that runs has finished."""
        posted = any(call.params.get("thread_ts") for call in self._calls("chat.postMessage"))
        return posted and any(_is_finished(order) for order in self._running())

    def _running(self) -> Iterator[Json]:
        autoenhance = self._autoenhance
        return (order for order in autoenhance.orders() if autoenhance.can_run(order["order_id"]))

    def _saw_outage(self) -> bool:
        """Whether Autoenhance failed to answer, and a card came after it was working again."""
        since = self._begun[2] if self._begun else 0
        asked = self._autoenhance.requests[since:]
        down = [each.at for each in asked if not _answers(each)]
        if not down or self._autoenhance.failure() != "well":
            return False
        return any(call.at > down[-1] and _has_header(call.params) for call in self._calls(RESPOND))


def _went_well(call: Call) -> bool:
    return call.status == HTTPStatus.OK and (
        call.answer == "ok" or bool(call.answer and call.answer.get("ok"))
    )


def _answers(asked: Asked) -> bool:
    """True also while the request is still waiting."""
    return asked.seconds is None or HTTPStatus.OK <= asked.status < HTTPStatus.INTERNAL_SERVER_ERROR


def _has_header(params: Json) -> bool:
    return any(block.get("type") == "header" for block in params.get("blocks") or [])


def _is_finished(order: Json) -> bool:
    return bool(order["images"]) and not order["is_processing"]


STEPS: tuple[Json, ...] = (
    {
        "name": "Look up",
        "says": "Ask for an order: click this, or type / below. Only you see the answer.",
        "acts": [{"label": f"/order {ELM}", "wish": "say", "text": f"/order {ELM}"}],
    },
    {
        "name": "Re-check",
        "says": "12 Elm Street is being enhanced while you look. Press Re-check on its card: what changed?",
        "acts": [],
    },
    {
        "name": "Watch",
        "says": "Have 7 Harbour View watched: its card comes into the channel, for everybody. In half a "
        "minute it is done, and the thread below its card says so.",
        "acts": [
            {"label": f"/order watch {HARBOUR_VIEW}", "wish": "say", "text": f"/order watch {HARBOUR_VIEW}"},
            {
                "label": "Finish it now",
                "wish": "order",
                "order": HARBOUR_VIEW,
                "act": "finish",
                "quiet": True,
            },
        ],
    },
    {
        "name": "Outage",
        "says": "“1 reply” below its card is what the thread was told. Now take Autoenhance down, ask, and "
        "bring it back: the answer comes within half a minute, as nothing that was asked is lost.",
        "acts": [
            {"label": "Take it down", "wish": "mood", "mood": "close", "quiet": True},
            {"label": f"/order {OAK}", "wish": "say", "text": f"/order {OAK}"},
            {"label": "Bring it back", "wish": "mood", "mood": "well", "quiet": True},
        ],
    },
)
