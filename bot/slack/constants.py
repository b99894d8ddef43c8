"""Every name that Slack and the bot share. A test compares manifest.yaml and `routes.py` with it."""

APP = "Order Desk"
COMMAND = "/order"
MAX_ORDERS_PER_ANSWER = 5

# shortcuts
CHECK_ORDERS_HERE = "check_orders_here"
WATCH_ORDER_HERE = "watch_order_here"
LOOK_UP_ORDER = "look_up_order"

# views
ASK = "ask_for_orders"  # the modal with one field
ANSWER = "orders"  # the modal that shows orders. It has no submit button
PHOTOS = "photos"
ASK_TO_WATCH = "ask_to_watch"  # the modal with one field, for a watch in a message's thread
HOME = "home"
CONNECT_ACCOUNT = "connect_account"
ACCOUNT = "account"  # what an account's menu opens, before it is drawn or when it has no submit button
REPLACE_KEY = "replace_key"
SHARE_ACCOUNT = "share_account"
HAND_OVER = "hand_over"
DISCONNECT = "disconnect"

# the fields of these views
ACCOUNT_NAME = "name"
ACCOUNT_KEY = "key"
ACCOUNT_CHANNELS = "channels"
ACCOUNT_EVERYWHERE = "everywhere"
ACCOUNT_OWNER = "owner"

# the field of ASK and ASK_TO_WATCH, and the first one of every other modal
ASK_BLOCK = "ask"
ASK_INPUT = "orders"
CHOOSE_ORDER = "order"  # the menu in its place, where a message names several orders

# actions
RECHECK = "recheck"
NEXT_HITS = "next_hits"  # below the results of a search
FIRST_HITS = "first_hits"
SHOW = "show"  # on a result of a search, and on the card below a link
OPEN = "open"  # a link. Slack sends the click all the same
MORE = "more"  # the overflow menu. Its options' values:
SHARE = "share"
SHOW_PHOTOS = "photos"
SHOW_PICTURES = "pictures"
COPY_ID = "copy_id"
ROW_MENU = "watch_row"  # the overflow menu of a row in a list of watches. Its options' values:
SHOW_CARD = "show_card"
STOP_ROW = "stop"
BEFORE_AND_AFTER = "before_and_after"  # the menu in the modal PHOTOS. Its options' values: IDs of photos
SEND_TO_ME = "send_to_me"
WATCH = "watch"
WATCH_FAILURES = "watch_failures"  # a watch with notices of failures only
WATCH_FOR_ME = "watch_for_me"  # a watch in a direct message
STOP_WATCHING = "stop_watching"
STOP_FOR_ALL = "stop_for_all"
ON_IT = "on_it"  # on a notice. Its value: the user who was on it when the notice was drawn
LOOK_UP = "look_up"  # on the Home tab
TIME_ZONE = "time_zone"  # the menu of cities
CONNECT = "connect"  # on the Home tab
ACCOUNT_MENU = "account_menu"  # the overflow menu of an account. Its options' values: `AccountPart`

# events
HOME_OPENED = "app_home_opened"
LINK_SHARED = "link_shared"
JOINED = "member_joined_channel"
MENTIONED = "app_mention"
WRITTEN = "message"  # in a direct message with the bot
POSTED = "conversations_history"
"""Slack's `source` of a link in a message that was sent. `composer` is for a message that is still being
written. For that, Slack names no channel, so the channel's setting for unfurls is not known."""
UNFURL_DOMAINS = ("app.autoenhance.ai",)  # Slack sends events for links to these only

# bot scopes, and why the bot needs each
SCOPES = {
    "commands": "the /order command and the three shortcuts",
    "chat:write": "posting cards and updates where the bot was invited, and sending direct messages",
    "channels:read": "checking whether a public channel is shared with another company",
    "groups:read": "checking the same for private channels that the bot was invited to",
    "app_mentions:read": "answering messages that mention the bot",
    "im:history": "answering direct messages to the bot",
    "links:read": "seeing pasted links to app.autoenhance.ai",
    "links:write": "showing a small card below such a link, in channels that turned it on",
}
PICTURES_SCOPE = "files:write"
"""Not asked for. Where an admin adds it, cards in channels that chose so get pictures."""
PROFILE_SCOPE = "users:read"
"""Not asked for. Where an admin adds it, a person's time zone is read from their profile."""
