"""A Slack and an Autoenhance of our own on 127.0.0.1, and a page to type in.

It stands outside of the bot and speaks HTTP to it, so the bot cannot tell it from the real ones.
`app.py demo` shows it to newcomers; the tests drive the real bot with it.

slack/         a Slack: what people do, what the bot may call, what people then see
autoenhance/   an Autoenhance with one order of every kind, which calls its webhook
page/          the page: what people see, the first minute, every exchange, and controls for both
failures.py    the ways in which an API can fail
server.py      runs any of them, and the bot, in the event loop that is already there
"""
