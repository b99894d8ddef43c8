"""Scripted days: the real bot and both stand-ins, a whole day in a minute or two, and what came of it.

`app.py demo --scenario …` plays them. What is lost is judged by what people saw, not by what the bot noted.

script.py     what a day is made of, as data
├── making.py     hands that write scripts: so many orders in so many minutes, a crowd that asks
└── scripts.py    the three days, each from a seed
clock.py      an event loop that leaps over the moments in which nobody does anything
player.py     plays a script
├── stage.py      its people, its channels, its orders, and what goes wrong
└── crowd.py      what people do, and what they see of it
verdict.py    what came of it: pure
├── notices.py    which notices were due, and which are there
└── summary.py    the same, as a table
"""
