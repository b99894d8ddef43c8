"""Which listener gets which request: all that Slack can ask, on one screen."""

import re

from slack_bolt.async_app import AsyncApp

from bot.slack import constants
from bot.slack.listeners.error_handler import ErrorHandler, refuse
from bot.slack.listeners.orders import OrderListeners
from bot.slack.listeners.watches import WatchListeners


def register(app: AsyncApp, listeners: OrderListeners, watches: WatchListeners, guard: ErrorHandler) -> None:
    app.command(constants.COMMAND)(guard(listeners.command))
    app.shortcut({"type": "message_action", "callback_id": constants.CHECK_ORDERS_HERE})(
        guard(listeners.check_orders_here)
    )
    app.shortcut({"type": "message_action", "callback_id": constants.WATCH_ORDER_HERE})(
        guard(watches.watch_order_here)
    )
    app.shortcut({"type": "shortcut", "callback_id": constants.LOOK_UP_ORDER})(guard(listeners.look_up_order))
    app.view(constants.ASK)(guard(listeners.look_up_submitted))
    app.view(constants.ASK_TO_WATCH)(guard(watches.watch_submitted))
    app.event(constants.HOME_OPENED)(guard(watches.home_opened))
    app.event(constants.JOINED)(guard(watches.joined))
    app.event(constants.MENTIONED)(guard(listeners.asked))
    app.event(constants.WRITTEN)(guard(listeners.asked))
    app.event(constants.LINK_SHARED)(guard(listeners.link_shared))
    app.action(constants.WATCH)(guard(watches.watch))
    app.action(constants.WATCH_FAILURES)(guard(watches.watch_failures))
    app.action(constants.WATCH_FOR_ME)(guard(watches.watch_for_me))
    app.action(constants.STOP_WATCHING)(guard(watches.stop_watching))
    app.action(constants.STOP_FOR_ALL)(guard(watches.stop_for_all))
    app.action(constants.ON_IT)(guard(watches.on_it))
    app.action(constants.ROW_MENU)(guard(watches.row_menu))
    app.action(constants.LOOK_UP)(guard(listeners.look_up_order))
    app.action(constants.RECHECK)(guard(listeners.recheck))
    app.action(constants.NEXT_HITS)(guard(listeners.show_page))
    app.action(constants.FIRST_HITS)(guard(listeners.show_page))
    app.action(constants.SHOW)(guard(listeners.show))
    app.action(constants.MORE)(guard(listeners.more))
    app.action(constants.SEND_TO_ME)(guard(listeners.send_to_me))
    app.action(constants.OPEN)(guard(listeners.ack_only))
    # Catch-alls, last: without an ack, Slack shows the person an error or sends the event again.
    app.action(re.compile(".*"))(guard(listeners.unknown))
    app.shortcut(re.compile(".*"))(guard(listeners.ack_only))
    app.command(re.compile(".*"))(guard(listeners.command))
    app.view({"type": "view_submission", "callback_id": re.compile(".*")})(guard(listeners.ack_only))
    app.view({"type": "view_closed", "callback_id": re.compile(".*")})(guard(listeners.ack_only))
    app.event(re.compile(".*"))(guard(listeners.ack_only))
    app.error(refuse)
