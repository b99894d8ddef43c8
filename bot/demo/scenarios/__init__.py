"""Scripted days: the real bot between both stand-ins, a whole day in a minute or two, and a verdict.

`app.py demo --scenario …` plays them. The verdict comes from what people saw, not from the bot's records.

names.py            the scripted days, as the command line calls them
models.py           what a day is made of, as data
├── builder.py      builds a day: orders, watches and requests, spread over time
└── scripts.py      the three days, each from a seed
skipping_loop.py    an event loop that skips idle time
run.py              plays a day
├── setup.py        its people, its channels, its orders, and the outages
└── simulated_users.py  what people do, and what they see
verdict.py          how the day went: pure
├── notices.py      which notices were due, and which were posted
├── forecasts.py    when orders were said to end, and by how much that was missed
└── summary.py      the verdict as a table
screen.py           a day in the terminal
"""
