"""The commands of `python app.py`. Each imports what it needs when it runs, so help and errors are quick."""

import json
from collections.abc import Coroutine, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Never

import typer
from typer.core import TyperGroup

from bot.cli import accounts, keys
from bot.core.errors import SettingsError, SlackBusy
from bot.demo.scenarios.names import Name

if TYPE_CHECKING:
    from bot.core.settings import Settings
    from bot.orders.ids import OrderId
    from bot.slack.render.models import FailedLookUp, OrderView

REAL_TOKENS_SET = (
    "The demo doesn't start where real tokens are set. Found: {}. "
    "Run the demo in another folder, or unset these and rename .env."
)
SLACK_BUSY = (
    "Slack isn't responding. Check this machine's connection, then start again. "
    "Requests that were already accepted are answered then."
)
COMPILED_DAMAGED = (
    "A compiled Python file is incomplete, as after a full disk. "
    "Make space, delete the folders named __pycache__, then start again."
)
NO_ID = (
    "No order ID in “{}”. Enter an ID such as {}, or a link to the order. "
    "To search by name, type `/order` and the name in Slack."
)


class Commands(TyperGroup):
    """Ends a command that cannot continue with a sentence and exit code 1."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            _stop(*error.problems)
        except SlackBusy:
            _stop(SLACK_BUSY)
        except EOFError as error:  # of an import; typer would say "Aborted!"
            if "marshal" not in str(error):
                raise
            _stop(COMPILED_DAMAGED)


cli = typer.Typer(
    cls=Commands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain text, which also a pipe and a screen reader can use
    help="Order Desk shows a team its Autoenhance orders in Slack.",
    epilog="To try it, run `python app.py demo`. It needs no account and no tokens.",
)
cli.add_typer(keys.cli, name="keys")
cli.add_typer(accounts.cli, name="accounts")


def main() -> None:
    cli()


@cli.command()
def serve() -> None:
    """Answer Slack over Socket Mode or HTTP, until Ctrl-C or SIGTERM."""
    from bot.bootstrap import server
    from bot.core import logging
    from bot.core.settings import Settings

    settings = Settings.load(for_slack=True)
    logging.configure(settings.log_level)
    _run(server.serve(settings))


@cli.command()
def worker(
    concurrency: Annotated[
        int,
        typer.Option(
            min=1,
            max=200,
            help="How many jobs run at the same time. Background checks get the same number.",
        ),
    ] = 32,
) -> None:
    """Run the jobs that `serve` records, until Ctrl-C or SIGTERM. Needs PostgreSQL."""
    from bot.bootstrap import server
    from bot.core import logging
    from bot.core.settings import Settings

    settings = Settings.load(for_slack=True)
    logging.configure(settings.log_level)
    _run(server.work(settings, at_once=concurrency))


@cli.command()
def migrate() -> None:
    """Create or update the database's tables. On SQLite, `serve` does this when it starts."""
    from bot.bootstrap.storage import migrate_database
    from bot.core import logging
    from bot.core.settings import Settings

    settings = Settings.read()
    if problems := settings.problems(
        for_slack=False
    ):  # those of the network are not: it asks only the database
        raise SettingsError(problems)
    logging.configure(settings.log_level)
    typer.echo(migrate_database(settings))


@cli.command()
def demo(
    port: Annotated[int, typer.Option(help="The port of the page. 0 picks a free one.")] = 0,
    once: Annotated[bool, typer.Option("--once", help="Print one order and stop.")] = False,
    scenario: Annotated[
        Name | None, typer.Option(help="Play this scripted day, faster than real time.")
    ] = None,
    stay: Annotated[
        bool, typer.Option("--stay", help="With --scenario: keep the page open afterwards.")
    ] = False,
) -> None:
    """Try the bot on this machine. Slack and Autoenhance are simulated."""
    from rich.console import Console

    from bot.core import logging
    from bot.core.settings import Tokens
    from bot.demo.demo import show_demo
    from bot.demo.scenarios.screen import play

    if real := Tokens.set_here():
        _stop(REAL_TOKENS_SET.format(" and ".join(real)))
    logging.configure("ERROR" if scenario else "WARNING")
    out = Console()
    try:
        if scenario is None:
            _run(show_demo(out, port=port, once=once))
        elif not play(scenario, out, port=port, stay=stay):
            raise typer.Exit(1)
    except OSError:
        if port == 0:
            raise
        _stop(f"Port {port} is in use or not allowed. Leave out --port to use a free one.")


@cli.command()
def order(
    order: Annotated[list[str], typer.Argument(metavar="ORDER", help="Order IDs or links.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the message for Slack as JSON.")] = False,
) -> None:
    """Look up orders and show them in the terminal."""
    from rich.console import Console

    from bot.core import logging
    from bot.core.settings import Settings
    from bot.orders.ids_in_text import find_order_ids
    from bot.slack.constants import MAX_ORDERS_PER_ANSWER
    from bot.slack.render import cards
    from bot.slack.render.models import FailedLookUp, Placement
    from bot.slack.render.terminal import draw
    from bot.slack.text.orders import EXAMPLE_ID

    typed = " ".join(order)
    ids = find_order_ids(typed)
    if not ids:
        _stop(NO_ID.format(typed[:60], EXAMPLE_ID), code=2)
    settings = Settings.load(for_slack=False)
    logging.configure("ERROR")  # the answer itself says what is wrong
    seen = _run(_look_up(settings, ids[:MAX_ORDERS_PER_ANSWER]))
    card = cards.orders_card(
        seen, Placement("ephemeral" if as_json else "terminal"), skipped=len(ids) - len(seen)
    )
    if as_json:
        typer.echo(json.dumps(card, indent=2, ensure_ascii=False))
    else:
        Console().print(draw(card))
    raise typer.Exit(1 if any(isinstance(view, FailedLookUp) for view in seen) else 0)


@cli.command()
def check() -> None:
    """Check the settings, Slack, Autoenhance and the database. Each problem comes with its next step."""
    from bot.core import logging

    logging.configure("ERROR")
    raise typer.Exit(0 if _run(_check()) else 1)


@cli.command()
def manifest(
    url: Annotated[
        str | None, typer.Option(help="The bot's public address, such as https://your.host.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of YAML.")] = False,
    source: Annotated[str | None, typer.Option(hidden=True, help="Slack's own command line adds it.")] = None,
) -> None:
    """Print the manifest of the Slack app for Socket Mode. With --url, for HTTP."""
    del source  # the project's folder, which is the current one
    if url is not None and not url.startswith("https://"):
        _stop("--url must begin with https://, because Slack doesn't accept any other address.", code=2)
    from bot.slack import manifest

    drawn = manifest.manifest(url)
    typer.echo(
        json.dumps(drawn, indent=2, ensure_ascii=False) if as_json else manifest.as_yaml(drawn), nl=as_json
    )


async def _look_up(settings: "Settings", ids: "Sequence[OrderId]") -> "list[OrderView | FailedLookUp]":
    import time
    from dataclasses import replace

    from bot.bootstrap.clients import failure_cause, open_autoenhance
    from bot.core.metrics import Metrics
    from bot.handlers.order_views import fetch_view
    from bot.slack.render.models import FailedLookUp
    from bot.storage.rate_limits.memory import LocalRateLimiter

    async with open_autoenhance(
        settings, rate_limiter=LocalRateLimiter(time.monotonic), metrics=Metrics()
    ) as orders:
        fetched = [await fetch_view(orders, order) for order in ids]
    seen = [replace(view, gave_up=0) if isinstance(view, FailedLookUp) else view for view in fetched]
    blames = [failure_cause(settings, view.error) for view in seen if isinstance(view, FailedLookUp)]
    if any(blames):
        raise SettingsError(sorted(set(filter(None, blames))))
    return seen


async def _check() -> bool:
    """Prints the findings. True if none is a problem."""
    from bot.cli.check import findings
    from bot.core.settings import Settings

    good = True
    async for finding in findings(Settings.read()):
        mark, colour = ("✓", "green") if finding.good else ("✗", "red")
        typer.echo(f"{typer.style(mark, colour)} {typer.style(finding.about, bold=True)}: {finding.says}")
        good = good and finding.good
    return good


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    import asyncio

    from uvicorn.loops.auto import auto_loop_factory

    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        return runner.run(work)


def _stop(*sentences: str, code: int = 1) -> Never:
    for sentence in sentences:
        typer.echo(sentence, err=True)
    raise typer.Exit(code)
