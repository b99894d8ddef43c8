"""Which listener gets which request: all that Slack can ask, on one screen."""

import re
from collections.abc import Iterable

from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest

from bot.slack import constants
from bot.slack.listeners.accounts import AccountListeners
from bot.slack.listeners.error_handler import ErrorHandler, Listener, refuse
from bot.slack.listeners.orders import OrderListeners
from bot.slack.listeners.payloads import Payload
from bot.slack.listeners.watches import WatchListeners

Name = tuple[str, str]  # a payload's type and the name in it. A command has no type, so it is `command`
Route = tuple[Name, Listener]


def routes(
    listeners: OrderListeners, watches: WatchListeners, accounts: AccountListeners
) -> tuple[Route, ...]:
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
        (("block_actions", constants.TIME_ZONE), watches.zone_chosen),
        (("block_actions", constants.LOOK_UP), listeners.look_up_order),
        (("block_actions", constants.RECHECK), listeners.recheck),
        (("block_actions", constants.NEXT_HITS), listeners.show_page),
        (("block_actions", constants.FIRST_HITS), listeners.show_page),
        (("block_actions", constants.SHOW), listeners.show),
        (("block_actions", constants.MORE), listeners.more),
        (("block_actions", constants.BEFORE_AND_AFTER), listeners.before_and_after),
        (("block_actions", constants.SEND_TO_ME), listeners.send_to_me),
        (("block_actions", constants.OPEN), listeners.ack_only),
        (("block_actions", constants.CONNECT), accounts.ask),
        (("block_actions", constants.ACCOUNT_MENU), accounts.open_part),
        (("view_submission", constants.CONNECT_ACCOUNT), accounts.connect),
        (("view_submission", constants.REPLACE_KEY), accounts.replace_key),
        (("view_submission", constants.SHARE_ACCOUNT), accounts.share),
        (("view_submission", constants.HAND_OVER), accounts.hand_over),
        (("view_submission", constants.DISCONNECT), accounts.disconnect),
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


class Dispatch:
    """Finds the listener by its name, and answers. What has no name in the table goes to Bolt.

    Bolt would try its listeners one by one, make all 35 arguments that each could want, and build a client
    for each request. A listener here wants only the ack and the payload.
    """

    def __init__(self, known: Iterable[Route], guard: ErrorHandler, bolt: AsyncApp) -> None:
        self._listeners = {name: guard(listener) for name, listener in known}
        self._bolt = bolt

    async def __call__(self, request: AsyncBoltRequest) -> BoltResponse:
        listener = self._listeners.get(_name(request.body))
        if listener is None:
            return await self._bolt.async_dispatch(request)
        ack = request.context.ack
        try:
            await listener(ack, request.body)
        except Exception as error:  # noqa: BLE001 - as Bolt does
            return await refuse(error)
        return ack.response or await refuse(RuntimeError("a listener did not ack"))


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
