"""A job is written down before its request is acknowledged, and begun after.

Begun at once, a quick answer could overtake the ack, and Slack would then draw "Looking up…" over it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from bot.jobs.engine import Engine
from bot.jobs.model import Job

_held: ContextVar[list[tuple[int, Job]]] = ContextVar("held")


class Intake:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def request(self) -> Iterator[None]:
        """Around the answering of one request: what is recorded inside begins when it ends."""
        held: list[tuple[int, Job]] = []
        token = _held.set(held)
        try:
            yield
        finally:
            _held.reset(token)
            for id_, job in held:
                self._engine.begin(id_, job)

    async def record(self, job: Job) -> None:
        """Returns once the job is on the disk; a job that is known already is left alone.

        Raises DeskClosed when the process is stopping, and DatabaseFailed when it cannot be written.
        """
        id_ = await self._engine.write(job)
        if id_ is not None:
            _held.get().append((id_, job))
