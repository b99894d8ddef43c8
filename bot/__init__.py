"""Order Desk: a Slack bot that shows a team its Autoenhance.ai orders.

Every request from Slack becomes a job that is written down before it is acknowledged; a worker does
the work. The rooms, and what lives in each:

    cli/            the commands of `python app.py`
    demo/           the bot between two stand-ins; scripted days, played fast
    bootstrap/      opens, makes and wires everything, and closes it in reverse
    handlers/       what doing a job means
    queue/          who does a job, and when
    web/            HTTP endpoints other than Slack's
    slack/          the one door to Slack
    autoenhance/    the one door to the vendor
    storage/        everything that is remembered
    jobs/           what can be asked for
    watches/        which orders are waited for, by whom, and what they were told; pure
    orders/         what an order is: ids, models, progress; pure
    core/           errors, logs, settings, metrics
    sandbox/        a Slack and an Autoenhance of our own, with a page to type in

ARCHITECTURE.md says why; pyproject.toml holds who may import whom.
"""
