"""What the person reads and what is logged when a listener fails."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

import structlog
from slack_bolt import BoltResponse
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.core.errors import DatabaseFailed, ShuttingDown, SlackError, UserError
from bot.core.logging import reference
from bot.core.metrics import Metrics
from bot.slack import constants
from bot.slack.api.sender import Sender
from bot.slack.listeners import payloads
from bot.slack.listeners.payloads import Payload
from bot.slack.render import cards
from bot.slack.text import refusals

Listener = Callable[[AsyncAck, Payload], Awaitable[None]]
log = structlog.get_logger(__name__)


async def refuse(error: Exception) -> BoltResponse:
    """Bolt's error handler. It does not ack, so Slack shows the person an error, or sends the event again.

    It gets ShuttingDown, DatabaseFailed where only a direct message could report it, and what Bolt cannot
    read. The ErrorHandler handles all other errors.
    """
    if isinstance(error, ShuttingDown | DatabaseFailed):
        return BoltResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)
    log.error("payload cannot be read", exc_info=error)
    return BoltResponse(status=HTTPStatus.BAD_REQUEST)


class ErrorHandler:
    """Wraps each listener where it is registered.

    A UserError goes to `stale`, the listener that explains it. ShuttingDown goes on to Bolt, so the request
    is refused, and Slack sends it again or shows an error. DatabaseFailed goes on to Bolt too where only a
    direct message could report it, because that message needs the database for its rate limit.

    Where Slack refuses to open a view, the person reads what helps. All other errors are logged with a
    traceback, and the person gets the request's reference. Nothing is raised after an ack, because Bolt would
    drop the ack and answer 404.
    """

    def __init__(self, stale: Listener, sender: Sender, metrics: Metrics) -> None:
        self._stale = stale
        self._sender = sender
        self._metrics = metrics

    def __call__(self, listener: Listener) -> Listener:
        async def guarded(ack: AsyncAck, body: Payload) -> None:
            try:
                await self._call(listener, ack, body)
            except ShuttingDown:
                raise
            except Exception as error:
                self._log(listener, error)
                if isinstance(error, DatabaseFailed) and not _can_reply(body) and ack.response is None:
                    raise
                await self._report(ack, body, _sentence(error))

        return guarded

    async def _call(self, listener: Listener, ack: AsyncAck, body: Payload) -> None:
        try:
            await listener(ack, body)
        except UserError:
            await self._stale(ack, body)

    def _log(self, listener: Listener, error: Exception) -> None:
        """Without a traceback for an answer of Slack that is known, and for DatabaseFailed.

        Of the latter, many come at once, and the database module logs the cause.
        """
        if isinstance(error, DatabaseFailed) or refusals.not_opened(error):
            self._metrics.broken_listener("database" if isinstance(error, DatabaseFailed) else "slack")
            log.warning("listener broke", listener=listener.__name__, why=str(error))
        else:
            self._metrics.broken_listener("slack" if isinstance(error, SlackError) else "bug")
            log.error("listener broke", listener=listener.__name__, exc_info=error)

    async def _report(self, ack: AsyncAck, body: Payload, sentence: str) -> None:
        """In the ack where the person sees that. Otherwise through the response_url or a direct message."""
        if "command" in body:
            await ack(text=sentence, response_type="ephemeral")
        elif body.get("type") == "view_submission":
            without_markup = sentence.replace("`", "")
            await ack(response_action="errors", errors={constants.ASK_BLOCK: without_markup})
        else:
            await ack()
            await self._send(body, sentence)

    async def _send(self, body: Payload, sentence: str) -> None:
        url, user = payloads.dig(body, "response_url"), payloads.dig(body, "user", "id")
        try:
            if url:
                await self._sender.respond(url, cards.sentence_card(sentence))
            else:
                await self._sender.post(user, cards.sentence_card(sentence))
        except (SlackError, DatabaseFailed) as error:
            log.warning("failure could not be reported", why=str(error))


def _sentence(error: Exception) -> str:
    """A listener does nothing but record, so DatabaseFailed means that nothing was recorded."""
    say = refusals.not_recorded if isinstance(error, DatabaseFailed) else refusals.internal_error
    return refusals.not_opened(error) or say(reference())


def _can_reply(body: Payload) -> bool:
    """Whether the person sees its ack, or it has a response_url."""
    in_ack = "command" in body or body.get("type") == "view_submission"
    return in_ack or bool(payloads.dig(body, "response_url"))
