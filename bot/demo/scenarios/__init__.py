"""Scripted days: the real bot between both stand-ins, a whole day in a minute or two, and what came of it.

`app.py demo --scenario …` plays them. What is lost is judged by what people saw, not by what the bot noted.

names.py            the scripted days, as the command line calls them
models.py           what a day is made of, as data
├── builder.py      writes a day: so many orders in so many minutes, so many questions
└── scripts.py      the three days, each from a seed
skipping_loop.py    an event loop that skips the time in which nothing is done
run.py              plays a day
├── setup.py        its people, its channels, its orders, and what goes wrong
└── simulated_users.py  what people do, and what they see of it
verdict.py          what came of it: pure
├── notices.py      which notices were due, and which are there
└── summary.py      the same, as a table
screen.py           a day in the terminal
"""
