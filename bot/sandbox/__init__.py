"""A Slack and an Autoenhance on 127.0.0.1, and a page to type in.

The sandbox is not part of the bot. It speaks HTTP to the bot, as the real services do.
`app.py demo` shows it to newcomers. The tests run the real bot against it.

slack/         a Slack: what people do, what the bot may call, what people then see
autoenhance/   an Autoenhance with one order of every kind, which calls its webhook
page/          the page: what people see, the tour, every exchange, and controls for both
clock.py       the clock of the demo, which a person can move ahead
failures.py    the ways in which an API can fail
server.py      serves any of them, and the bot, in the running event loop
"""
