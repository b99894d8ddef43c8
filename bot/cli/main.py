"""The commands of `python app.py`."""

import asyncio
import json
import time
from collections.abc import Coroutine, Sequence
from typing import Annotated, Any, Never

import typer
from rich.console import Console
from uvicorn.loops.auto import auto_loop_factory

from bot.bootstrap import server as running
from bot.bootstrap.app import AT_ONCE
from bot.bootstrap.clients import open_autoenhance
from bot.bootstrap.storage import UNREACHABLE, bring_up
from bot.cli.check import Finding, findings
from bot.core import logging as logs
from bot.core.errors import DatabaseFailed, SettingsError, SlackBusy
from bot.core.metrics import Metrics
from bot.core.settings import Settings, Tokens
from bot.demo.scenarios.scripts import Name
from bot.handlers.views import given_up, see
from bot.orders.ids import OrderId
from bot.orders.parsing import find_order_ids
from bot.slack.constants import AT_ONCE as MOST_ORDERS
from bot.slack.render import cards
from bot.slack.render.models import OrderView, Spot, TroubleView, Where
from bot.slack.render.terminal import draw
from bot.slack.text import orders as words
from bot.storage.rate_limits.memory import LocalMeter

cli = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Autoenhance orders, in Slack.",
)
BESIDE_REAL = (
    "A demo beside real tokens is how mistakes happen, and {} is set here: "
    "unset that (or move .env away), or run the demo in another folder or on another machine."
)
out = Console()
err = Console(stderr=True)


def main() -> None:
    cli()


@cli.command()
def serve() -> None:
    """Answer Slack, over HTTP or Socket Mode, until SIGTERM."""
    settings = _settings(for_slack=True)
    logs.configure(settings.log_level)
    _run(running.serve(settings))


@cli.command()
def worker(
    concurrency: Annotated[
        int,
        typer.Option(min=1, max=200, help="Jobs at once; looks of our own have as many places again."),
    ] = AT_ONCE,
) -> None:
    """Do what `serve` has recorded, until SIGTERM. On PostgreSQL, beside others that do the same."""
    settings = _settings(for_slack=True)
    logs.configure(settings.log_level)
    _run(running.work(settings, at_once=concurrency))


@cli.command()
def migrate() -> None:
    """Bring the database's tables up to this version. On SQLite, `serve` does it by itself."""
    settings = Settings.read()
    if problems := settings.problems(for_slack=False):
        _stop(*problems)
    logs.configure(settings.log_level)
    try:
        out.print(bring_up(settings))
    except SettingsError as error:
        _stop(*error.problems)


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
    from bot.demo.demo import show_demo  # noqa: PLC0415
    from bot.demo.scenarios.screen import play  # noqa: PLC0415 - with both stand-ins, which nobody else needs

    if real := Tokens.set_here():
        _stop(BESIDE_REAL.format(" and ".join(real)))
    logs.configure("ERROR" if scenario else "WARNING")
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
    typed = " ".join(order)
    ids = find_order_ids(typed)
    if not ids:
        _stop(
            f"There is no order id in “{typed[:60]}”. Ids look like {words.EXAMPLE_ID}; a link does too.",
            code=2,
        )
    settings = _settings(for_slack=False)
    logs.configure(settings.log_level)
    where: Where = "ephemeral" if as_json else "terminal"
    seen = _run(_look_up(settings, ids[:MOST_ORDERS]))
    card = cards.orders_card(seen, Spot(where), skipped=len(ids) - len(seen))
    if as_json:
        typer.echo(json.dumps(card, indent=2, ensure_ascii=False))
    else:
        out.print(draw(card))
    raise typer.Exit(1 if any(isinstance(view, TroubleView) for view in seen) else 0)


@cli.command()
def check() -> None:
    """Say whether the settings, Slack and the order API are in order, and what to do if not."""
    logs.configure("ERROR")
    found = _run(_check())
    raise typer.Exit(0 if all(finding.good for finding in found) else 1)


@cli.command()
def manifest(
    url: Annotated[str | None, typer.Option(help="Where Slack reaches the bot over HTTP; https://…")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON instead of YAML.")] = False,
    source: Annotated[str | None, typer.Option(hidden=True, help="Slack's own command line adds it.")] = None,
) -> None:
    """Print the app's manifest: for Socket Mode, or for HTTP with --url."""
    del source  # the project's folder, in which we are
    if url is not None and not url.startswith("https://"):
        _stop("--url must begin with https://; Slack calls nothing else.", code=2)
    from bot.slack import manifest  # noqa: PLC0415 - YAML is loaded for this alone; it would idle in `serve`

    drawn = manifest.manifest(url)
    typer.echo(
        json.dumps(drawn, indent=2, ensure_ascii=False) if as_json else manifest.written(drawn), nl=as_json
    )


async def _look_up(settings: Settings, ids: Sequence[OrderId]) -> list[OrderView | TroubleView]:
    async with open_autoenhance(settings, meter=LocalMeter(time.monotonic), metrics=Metrics()) as orders:
        return [given_up(await see(orders, order), 0) for order in ids]


async def _check() -> list[Finding]:
    found = []
    async for finding in findings(Settings.read()):
        mark, style = ("✓", "green") if finding.good else ("✗", "red")
        out.print(f"[{style}]{mark}[/{style}] [bold]{finding.about}[/bold]: ", end="")
        out.print(finding.says, markup=False, highlight=False, soft_wrap=True)
        found.append(finding)
    return found


def _settings(*, for_slack: bool) -> Settings:
    try:
        return Settings.load(for_slack=for_slack)
    except SettingsError as error:
        _stop(*error.problems)


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    try:
        with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
            return runner.run(work)
    except SettingsError as error:
        _stop(*error.problems)
    except DatabaseFailed as error:
        _stop(UNREACHABLE.format(error))
    except SlackBusy:
        _stop("Slack isn't answering. Nothing is lost: what was asked before is answered at the next start.")


def _stop(*sentences: str, code: int = 1) -> Never:
    for sentence in sentences:
        err.print(sentence, markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(code)
