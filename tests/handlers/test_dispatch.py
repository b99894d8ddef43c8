"""The table that says which function does which job."""

from typing import Any, cast, get_args

from bot.handlers.dispatch import account_table, picture_table, table
from bot.jobs.models import Job


class EveryHandler:
    """Has a handler by every name."""

    def __init__(self, of: str) -> None:
        self._of = of

    def __getattr__(self, name: str) -> str:
        return f"{self._of} {name}"


def test_every_job_has_a_handler() -> None:
    """A job without a row in the table would be recorded, and never done."""
    union, _ = get_args(Job)
    handlers, accounts, pictures, pairs = (
        cast("Any", EveryHandler(about)) for about in ("order", "account", "picture", "pair")
    )

    others = ("claims", "stops", "last_calls", "time_zones", "searches", "key_use", "paused")
    rows = table(*5 * [handlers], **dict.fromkeys(others, handlers))
    rows |= account_table(accounts) | picture_table(pictures, pairs)

    assert set(rows) == set(get_args(union))
    assert len(set(map(str, rows.values()))) == len(rows)
