"""A job is written down before its request is acknowledged, and begun after.

Begun at once, a quick answer could overtake the ack, and Slack would then draw "Looking up…" over it.
The request's reference goes with it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace

from bot.core.logging import bound_reference, new_reference
from bot.jobs.models import Job
from bot.queue.base import Engine


@dataclass(slots=True)
class _Held:
    """What one request has recorded so far."""

    reference: str
    jobs: list[tuple[int, Job]] = field(default_factory=list)


_held: ContextVar[_Held] = ContextVar("held")


class Outbox:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def request(self) -> Iterator[None]:
        """Around the answering of one request: what is recorded inside begins when it ends."""
        held = _Held(new_reference())
        token = _held.set(held)
        try:
            with bound_reference(held.reference):
                yield
        finally:
            _held.reset(token)
            for id_, job in held.jobs:
                self._engine.begin(id_, job)

    async def record(self, job: Job) -> None:
        """Returns once the job is on the disk; a job that is known already is left alone.

        Raises ShuttingDown when the process is stopping, and DatabaseFailed when it cannot be written.
        """
        held = _held.get()
        referred = replace(job, reference=held.reference)
        id_ = await self._engine.write(referred)
        if id_ is not None:
            held.jobs.append((id_, referred))
