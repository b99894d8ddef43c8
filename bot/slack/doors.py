"""Name to listener: all that Slack can ask of us, on one screen."""

import re

from slack_bolt.async_app import AsyncApp

from bot.slack import names
from bot.slack.guard import Guard, refuse
from bot.slack.listeners import Listeners


def register(app: AsyncApp, listeners: Listeners, guard: Guard) -> None:
    app.command(names.COMMAND)(guard(listeners.command))
    app.shortcut({"type": "message_action", "callback_id": names.CHECK_ORDERS_HERE})(
        guard(listeners.check_orders_here)
    )
    app.shortcut({"type": "shortcut", "callback_id": names.LOOK_UP_ORDER})(guard(listeners.look_up_order))
    app.view(names.ASK)(guard(listeners.asked))
    app.action(names.RECHECK)(guard(listeners.recheck))
    app.action(names.SHOW)(guard(listeners.show))
    app.action(names.MORE)(guard(listeners.more))
    app.action(names.SEND_TO_ME)(guard(listeners.send_to_me))
    app.action(names.OPEN)(guard(listeners.nothing))
    # The nets, last: whatever is not acknowledged shows the person an error, and Slack sends it again.
    app.action(re.compile(".*"))(guard(listeners.unknown))
    app.shortcut(re.compile(".*"))(guard(listeners.nothing))
    app.command(re.compile(".*"))(guard(listeners.command))
    app.view({"type": "view_submission", "callback_id": re.compile(".*")})(guard(listeners.nothing))
    app.view({"type": "view_closed", "callback_id": re.compile(".*")})(guard(listeners.nothing))
    app.error(refuse)
