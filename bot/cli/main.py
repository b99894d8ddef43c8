"""The commands of `python app.py`. Each imports what it needs when it runs, so an error shows quickly."""

import asyncio
import json
import time
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Never

import typer
from rich.console import Console
from typer.core import TyperGroup

from bot.core.errors import SettingsError, SlackBusy
from bot.demo.scenarios.names import Name

if TYPE_CHECKING:
    from bot.core.settings import Settings
    from bot.orders.ids import OrderId
    from bot.slack.render.models import FailedLookUp, OrderView

REAL_TOKENS_SET = (
    "A demo beside real tokens is how mistakes happen, and {} is set here: "
    "unset that (or move .env away), or run the demo in another folder or on another machine."
)
out = Console()
err = Console(stderr=True)


class Commands(TyperGroup):
    """Ends a command that cannot continue with a sentence and exit code 1."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            _stop(*error.problems)
        except SlackBusy:
            _stop(
                "Slack isn't answering. Nothing is lost: what was asked before is answered at the next start."
            )


cli = typer.Typer(
    cls=Commands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Autoenhance orders, in Slack.",
)


def main() -> None:
    cli()


@cli.command()
def serve() -> None:
    """Answer Slack, over HTTP or Socket Mode, until SIGTERM."""
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
        typer.Option(min=1, max=200, help="Jobs at once; background checks get the same number."),
    ] = 32,
) -> None:
    """Do what `serve` has recorded, until SIGTERM. On PostgreSQL, beside others that do the same."""
    from bot.bootstrap import server
    from bot.core import logging
    from bot.core.settings import Settings

    settings = Settings.load(for_slack=True)
    logging.configure(settings.log_level)
    _run(server.work(settings, at_once=concurrency))


@cli.command()
def migrate() -> None:
    """Bring the database's tables up to this version. On SQLite, `serve` does it by itself."""
    from bot.bootstrap.storage import migrate_database
    from bot.core import logging
    from bot.core.settings import Settings

    settings = Settings.read()
    if problems := settings.problems(
        for_slack=False
    ):  # those of the network are not: it asks only the database
        raise SettingsError(problems)
    logging.configure(settings.log_level)
    out.print(migrate_database(settings))


@cli.command()
def demo(
    port: Annotated[int, typer.Option(help="Port of the page; 0 takes a free one.")] = 0,
    once: Annotated[bool, typer.Option("--once", help="Show one look-up here and stop.")] = False,
    scenario: Annotated[
        Name | None, typer.Option(help="Play this scripted day, as fast as it can be done.")
    ] = None,
    stay: Annotated[bool, typer.Option("--stay", help="Keep the page open when that day is over.")] = False,
) -> None:
    """A Slack and an Autoenhance of your own on this machine, with the bot between them."""
    from bot.core import logging
    from bot.core.settings import Tokens
    from bot.demo.demo import show_demo
    from bot.demo.scenarios.screen import play

    if real := Tokens.set_here():
        _stop(REAL_TOKENS_SET.format(" and ".join(real)))
    logging.configure("ERROR" if scenario else "WARNING")
    try:
        if scenario is None:
            _run(show_demo(out, port=port, once=once))
        elif not play(scenario, out, port=port, stay=stay):
            raise typer.Exit(1)
    except OSError as error:
        _stop(
            f"The page cannot be served on port {port} ({error.strerror}). Leave --port out for a free one."
        )


@cli.command()
def order(
    order: Annotated[list[str], typer.Argument(help="Ids or links, as one would type them in Slack.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="The message as it would be sent to Slack.")
    ] = False,
) -> None:
    """Look orders up and draw their card here."""
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
        _stop(
            f"There is no order id in “{typed[:60]}”. Ids look like {EXAMPLE_ID}; a link does too.",
            code=2,
        )
    settings = Settings.load(for_slack=False)
    logging.configure("DEBUG" if settings.log_level == "DEBUG" else "ERROR")  # the card shows what is wrong
    seen = _run(_look_up(settings, ids[:MAX_ORDERS_PER_ANSWER]))
    card = cards.orders_card(
        seen, Placement("ephemeral" if as_json else "terminal"), skipped=len(ids) - len(seen)
    )
    if as_json:
        typer.echo(json.dumps(card, indent=2, ensure_ascii=False))
    else:
        out.print(draw(card))
    raise typer.Exit(1 if any(isinstance(view, FailedLookUp) for view in seen) else 0)


@cli.command()
def check() -> None:
    """Say whether the settings, Slack and the order API are in order, and what to do if not."""
    from bot.core import logging

    logging.configure("ERROR")
    raise typer.Exit(0 if _run(_check()) else 1)


@cli.command()
def manifest(
    url: Annotated[str | None, typer.Option(help="Where Slack reaches the bot over HTTP; https://…")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON instead of YAML.")] = False,
    source: Annotated[str | None, typer.Option(hidden=True, help="Slack's own command line adds it.")] = None,
) -> None:
    """Print the app's manifest: for Socket Mode, or for HTTP with --url."""
    del source  # the project's folder, which is the current one
    if url is not None and not url.startswith("https://"):
        _stop("--url must begin with https://; Slack calls nothing else.", code=2)
    from bot.slack import manifest

    drawn = manifest.manifest(url)
    typer.echo(
        json.dumps(drawn, indent=2, ensure_ascii=False) if as_json else manifest.as_yaml(drawn), nl=as_json
    )


async def _look_up(settings: "Settings", ids: "Sequence[OrderId]") -> "list[OrderView | FailedLookUp]":
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
        mark, style = ("✓", "green") if finding.good else ("✗", "red")
        out.print(f"[{style}]{mark}[/{style}] [bold]{finding.about}[/bold]: ", end="")
        out.print(finding.says, markup=False, highlight=False, soft_wrap=True)
        good = good and finding.good
    return good


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    from uvicorn.loops.auto import auto_loop_factory

    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        return runner.run(work)


def _stop(*sentences: str, code: int = 1) -> Never:
    for sentence in sentences:
        err.print(sentence, markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(code)
