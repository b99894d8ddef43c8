"""Order Desk: a Slack bot that shows a team its Autoenhance.ai orders.

Every request from Slack becomes a job that is written down before it is acknowledged; a worker does
the work. The rooms, and what lives in each:

    cli.py          the commands of `python app.py`
    running.py      what runs until it is told to stop
    watchdog.py     ends a process that stands still
    report.py       what `python app.py check` looks at
    terminal.py     a card, drawn in a terminal
    demo.py         the bot between two stand-ins
    days/           scripted days, played fast, and what came of them
    manifest.py     the app as Slack knows it
    settings.py     the one reader of the environment
    bootstrap/      opens, makes and wires everything, and closes it in reverse
    clients.py      the two outside: Autoenhance's API and Slack's
    stores.py       what is remembered
    web.py          the HTTP doors
    logs.py         what a log line may hold
    database/       the one door to SQLite and PostgreSQL
    meters/         how often what may be done
    metrics/        what is counted, and the HTTP door for Prometheus
    rounds.py       what is done again and again, by one of many
    errors.py       everything that can go wrong and has a name
    orders/         what an order is: ids, models, progress; pure
    autoenhance/    the one door to the vendor
    hooks.py        the HTTP door for Autoenhance's webhook
    looks.py        what we saw last of each order
    watches/        which orders are waited for, by whom, and what they were told
    jobs/           work that outlives the process
    slack/          the one door to Slack
    sandbox/        a Slack and an Autoenhance of our own, with a page to type in

ARCHITECTURE.md says why; pyproject.toml holds who may import whom.
"""
