"""Order Desk: a Slack bot that shows a team its Autoenhance.ai orders.

Every request from Slack becomes a job that is recorded before it is acknowledged. A worker does the
work. The ten layers, from top to bottom, with the sandbox outside:

    cli/            the commands of `python app.py`
    demo/           the bot between two stand-ins; scripted days
    bootstrap/      makes and wires everything, and closes it in reverse order
    handlers/       what doing a job means
    queue/          who does a job, and when
    web/            HTTP endpoints other than Slack's
    slack/          all that knows Slack: what comes in, what goes out, cards, sentences
    autoenhance/    the vendor's API: client, answers, webhook
    pictures/       contact sheets, if Pillow is installed
    storage/        what is remembered: jobs, watches, counts, limits
    jobs/           what can be asked for
    watches/        what a watch does next; pure
    accounts/       whose API key is whose, and who may search with it; pure
    orders/         what an order is: IDs, models, progress; pure
    core/           what every layer may use: errors, logging, settings, metrics
    sandbox/        a Slack and an Autoenhance on this machine, with a page to type in

ARCHITECTURE.md shows a request step by step, docs/decisions says why, and pyproject.toml holds who
may import whom.
"""

from bot.core.tls_keys import keep_tls_keys_secret

keep_tls_keys_secret()  # before any module imports aiohttp
