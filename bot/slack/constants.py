"""Every name that Slack and we share. A test holds manifest.yaml and `doors.py` to it."""

APP = "Order Desk"
COMMAND = "/order"
MAX_ORDERS_PER_ANSWER = 5  # orders in one answer

# shortcuts
CHECK_ORDERS_HERE = "check_orders_here"
WATCH_ORDER_HERE = "watch_order_here"
LOOK_UP_ORDER = "look_up_order"

# views
ASK = "ask_for_orders"  # the modal with one field
ANSWER = "orders"  # the modal that shows orders; nothing is submitted from it
PHOTOS = "photos"
ASK_TO_WATCH = "ask_to_watch"  # the same modal, for a message's thread
HOME = "home"

# the one field of ASK
ASK_BLOCK = "ask"
ASK_INPUT = "orders"

# actions
RECHECK = "recheck"
SHOW = "show"  # a hit of a search
OPEN = "open"  # a link; Slack still tells us about the click
MORE = "more"  # the overflow menu; its options' values:
SHARE = "share"
SHOW_PHOTOS = "photos"
COPY_ID = "copy_id"
SEND_TO_ME = "send_to_me"
WATCH = "watch"
WATCH_FAILURES = "watch_failures"  # the same, for failures only
WATCH_FOR_ME = "watch_for_me"  # in a direct message
STOP_WATCHING = "stop_watching"
STOP_FOR_ALL = "stop_for_all"
LOOK_UP = "look_up"  # on the Home tab

# events
HOME_OPENED = "app_home_opened"
LINK_SHARED = "link_shared"
JOINED = "member_joined_channel"
POSTED = "conversations_history"
"""Slack's word for a link in a message that was sent. `composer` is for one that is still being written:
Slack does not say where it is going to stand, so nobody knows what was chosen there."""
UNFURL_DOMAINS = ("app.autoenhance.ai",)  # Slack tells us of links to these, and of no others

# bot scopes, each with what it is for
SCOPES = {
    "commands": "the command `/order` and the three shortcuts",
    "chat:write": "cards and notices where the bot was invited, and direct messages",
    "channels:read": "seeing whether a public channel is shared with another company",
    "groups:read": "the same for private channels that the bot was invited to",
    "links:read": "hearing of pasted links to Autoenhance's web app, and of no others",
    "links:write": "a small card below such a link, in channels that chose it",
}
