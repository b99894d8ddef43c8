"""What the person hears and the log gets when a listener cannot do its part."""

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
    """For what comes to Bolt's own error handler: it is not acknowledged, so that Slack tells the person.

    That is ShuttingDown, DatabaseFailed where there is no other way to tell, and what Bolt itself cannot
    read; the rest ends in the Guard.
    """
    if isinstance(error, ShuttingDown | DatabaseFailed):
        return BoltResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)
    log.error("payload cannot be read", exc_info=error)
    return BoltResponse(status=HTTPStatus.BAD_REQUEST)


class Guard:
    """Wraps each listener where it is registered.

    A slip goes to `stale`, the listener that explains. ShuttingDown goes on to Bolt, so that the request
    is refused and Slack sends it again or shows an error; so does DatabaseFailed where only a direct
    message could tell, as that needs the database for its pace. Anything else is logged with its traceback,
    and the person gets the request's reference. Nothing is raised after an ack: Bolt would
    undo it and answer 404.
    """

    def __init__(self, stale: Listener, sender: Sender, metrics: Metrics) -> None:
        self._stale = stale
        self._sender = sender
        self._metrics = metrics

    def __call__(self, listener: Listener) -> Listener:
        async def guarded(ack: AsyncAck, body: Payload) -> None:
            try:
                await self._listen(listener, ack, body)
            except ShuttingDown:
                raise
            except Exception as error:
                self._write_down(listener, error)
                if isinstance(error, DatabaseFailed) and not _heard(body) and ack.response is None:
                    raise
                await self._own_up(ack, body, refusals.our_fault(reference()))

        return guarded

    async def _listen(self, listener: Listener, ack: AsyncAck, body: Payload) -> None:
        try:
            await listener(ack, body)
        except UserError:
            await self._stale(ack, body)

    def _write_down(self, listener: Listener, error: Exception) -> None:
        """Of a database that is away, many come at once: what is wrong with it, its own door says."""
        if isinstance(error, DatabaseFailed):
            self._metrics.broken_listener("database")
            log.warning("listener broke", listener=listener.__name__, why=str(error))
        else:
            self._metrics.broken_listener("slack" if isinstance(error, SlackError) else "bug")
            log.error("listener broke", listener=listener.__name__, exc_info=error)

    async def _own_up(self, ack: AsyncAck, body: Payload, sentence: str) -> None:
        """In the ack where people see it, else through the response_url, else in a direct message."""
        if "command" in body:
            await ack(text=sentence, response_type="ephemeral")
        elif body.get("type") == "view_submission":
            await ack(response_action="errors", errors={constants.ASK_BLOCK: sentence})
        else:
            await ack()
            await self._tell(body, sentence)

    async def _tell(self, body: Payload, sentence: str) -> None:
        url, user = payloads.dig(body, "response_url"), payloads.dig(body, "user", "id")
        try:
            if url:
                await self._sender.respond(url, cards.say(sentence))
            else:
                await self._sender.post(user, cards.say(sentence))
        except (SlackError, DatabaseFailed) as silent:
            log.warning("nobody could be told", why=str(silent))


def _heard(body: Payload) -> bool:
    """Whether its ack or its response_url reaches the person."""
    in_ack = "command" in body or body.get("type") == "view_submission"
    return in_ack or bool(payloads.dig(body, "response_url"))
