"""Records a job before its request is acknowledged, and begins it after the ack.

If it began at once, a quick answer could overtake the ack, and Slack would then draw "Looking up…" over it.
The job carries the reference of its request.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace

from bot.core.logging import bound_reference, new_reference
from bot.jobs.models import Job
from bot.queue.base import Engine


@dataclass(slots=True)
class _RequestJobs:
    """The jobs that one request has recorded so far."""

    reference: str
    jobs: list[tuple[int, Job]] = field(default_factory=list)


_request_jobs: ContextVar[_RequestJobs] = ContextVar("request_jobs")


class Outbox:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def request(self) -> Iterator[None]:
        """Wraps the answer to one request. The jobs recorded inside begin when it ends."""
        recorded = _RequestJobs(new_reference())
        token = _request_jobs.set(recorded)
        try:
            with bound_reference(recorded.reference):
                yield
        finally:
            _request_jobs.reset(token)
            for id_, job in recorded.jobs:
                self._engine.begin(id_, job)

    async def record(self, job: Job) -> None:
        """Returns once the job is on the disk. A job whose key was recorded before is not recorded again.

        Raises ShuttingDown when the process is stopping, and DatabaseFailed when the job cannot be written.
        """
        recorded = _request_jobs.get()
        with_reference = replace(job, reference=recorded.reference)
        id_ = await self._engine.write(with_reference)
        if id_ is not None:
            recorded.jobs.append((id_, with_reference))
