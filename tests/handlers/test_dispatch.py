"""The table that says which function does which job."""

from typing import Any, cast, get_args

from bot.handlers.dispatch import table
from bot.jobs.models import Job


class EveryHandler:
    """Has a handler by every name."""

    def __getattr__(self, name: str) -> str:
        return name


def test_every_job_has_a_handler() -> None:
    """A job without a row in the table would be recorded, and never done."""
    union, _ = get_args(Job)
    handlers = cast("Any", EveryHandler())

    others = {"claims": handlers, "stops": handlers, "last_calls": handlers, "time_zones": handlers}
    rows = table(*5 * [handlers], **others)

    assert set(rows) == set(get_args(union))
    assert len(set(map(str, rows.values()))) == len(rows)
