"""A Slack and an Autoenhance of our own on 127.0.0.1, and a page to type in.

It stands outside of the bot and speaks HTTP to it, so the bot cannot tell it from the real ones.
`app.py demo` shows it to newcomers; the tests drive the real bot with it.

slack.py          a Slack: what people do (people.py), what the bot may call (doors.py), what people then see
├── harbour.py    who and what there is at the start
├── workspace.py  the state: people, channels, messages, modals, Home tabs
├── delivery.py   payloads (payloads.py) to the bot, by signed HTTP or Socket Mode (socket_mode.py)
├── web_api.py    the Web API; respond.py the response_urls; tickets.py what they are good for
├── checks.py     what of it Slack refuses: messages and views (block_kit.py, block_elements.py, shapes.py)
└── faults.py     Slack having a bad day
autoenhance.py    an Autoenhance with one order of every kind (orders.py), in any mood (moods.py)
├── shelf.py      the orders, and how those come along that run (progress.py)
└── webhook.py    calls the bot when a photo is done
page.py           the page: what people see (snapshot.py) and the first minute (tour.py)
├── backstage.py  the other side: every exchange as a row, and from close by (closeup.py)
└── levers.py     what the panel can do to either
server.py         runs any of them, and the bot, in the event loop that is already there
"""
