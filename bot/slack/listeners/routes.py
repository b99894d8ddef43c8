"""Which listener gets which request: all that Slack can ask, on one screen."""

import re
from collections.abc import Awaitable, Callable, Iterable

from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.middleware.async_middleware import AsyncMiddleware

from bot.slack import constants
from bot.slack.listeners.error_handler import ErrorHandler, Listener, refuse
from bot.slack.listeners.orders import OrderListeners
from bot.slack.listeners.payloads import Payload
from bot.slack.listeners.watches import WatchListeners

Name = tuple[str, str]  # a payload's type and the name in it. A command has no type, so it is `command`
Route = tuple[Name, Listener]


def routes(listeners: OrderListeners, watches: WatchListeners) -> tuple[Route, ...]:
    """What people do, by its name."""
    return (
        (("command", constants.COMMAND), listeners.command),
        (("message_action", constants.CHECK_ORDERS_HERE), listeners.check_orders_here),
        (("message_action", constants.WATCH_ORDER_HERE), watches.watch_order_here),
        (("shortcut", constants.LOOK_UP_ORDER), listeners.look_up_order),
        (("view_submission", constants.ASK), listeners.look_up_submitted),
        (("view_submission", constants.ASK_TO_WATCH), watches.watch_submitted),
        (("block_actions", constants.WATCH), watches.watch),
        (("block_actions", constants.WATCH_FAILURES), watches.watch_failures),
        (("block_actions", constants.WATCH_FOR_ME), watches.watch_for_me),
        (("block_actions", constants.STOP_WATCHING), watches.stop_watching),
        (("block_actions", constants.STOP_FOR_ALL), watches.stop_for_all),
        (("block_actions", constants.ON_IT), watches.on_it),
        (("block_actions", constants.ROW_MENU), watches.row_menu),
        (("block_actions", constants.LOOK_UP), listeners.look_up_order),
        (("block_actions", constants.RECHECK), listeners.recheck),
        (("block_actions", constants.NEXT_HITS), listeners.show_page),
        (("block_actions", constants.FIRST_HITS), listeners.show_page),
        (("block_actions", constants.SHOW), listeners.show),
        (("block_actions", constants.MORE), listeners.more),
        (("block_actions", constants.SEND_TO_ME), listeners.send_to_me),
        (("block_actions", constants.OPEN), listeners.ack_only),
    )


def register(app: AsyncApp, listeners: OrderListeners, watches: WatchListeners, guard: ErrorHandler) -> None:
    """Events, and what is in no table. Bolt leaves out the events of the bot's own messages."""
    app.event(constants.HOME_OPENED)(guard(watches.home_opened))
    app.event(constants.JOINED)(guard(watches.joined))
    app.event(constants.MENTIONED)(guard(listeners.asked))
    app.event(constants.WRITTEN)(guard(listeners.asked))
    app.event(constants.LINK_SHARED)(guard(listeners.link_shared))
    # Catch-alls, last: without an ack, Slack shows the person an error or sends the event again.
    app.action(re.compile(".*"))(guard(listeners.unknown))
    app.shortcut(re.compile(".*"))(guard(listeners.ack_only))
    app.command(re.compile(".*"))(guard(listeners.command))
    app.view({"type": "view_submission", "callback_id": re.compile(".*")})(guard(listeners.ack_only))
    app.view({"type": "view_closed", "callback_id": re.compile(".*")})(guard(listeners.ack_only))
    app.event(re.compile(".*"))(guard(listeners.ack_only))
    app.error(refuse)


class Routes(AsyncMiddleware):
    """Bolt's first middleware: finds the listener by its name. What has no name here, Bolt goes on with.

    Bolt alone would try its listeners one by one, and make all 35 arguments that each could want: three
    quarters of a click's ack. It would also ask for the token of a client that the bot never uses.
    """

    def __init__(self, known: Iterable[Route], guard: ErrorHandler) -> None:
        self._listeners = {name: guard(listener) for name, listener in known}

    async def async_process(  # Bolt names its arguments
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,  # noqa: ARG002
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002
    ) -> BoltResponse | None:
        listener = self._listeners.get(_name(req.body))
        if listener is None:
            return await next()
        ack = req.context.ack
        await listener(ack, req.body)
        return ack.response


def _name(body: Payload) -> Name:
    """Empty for what has no name: Bolt decides what is done with it."""
    match body:
        case {"command": str(name)}:
            return "command", name
        case {"type": "block_actions", "actions": [{"action_id": str(name)}, *_]}:
            return "block_actions", name
        case {"type": "view_submission", "view": {"callback_id": str(name)}}:
            return "view_submission", name
        case {"type": "message_action" | "shortcut" as kind, "callback_id": str(name)}:
            return kind, name
    return "", ""
