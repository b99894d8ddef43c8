"""What happens, counted where it happens.

Labels are few, and their values are our own words: no team, channel, order or person is one. What comes
from outside and is not known stands under `other`. All times are in seconds.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from time import perf_counter

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Histogram, PlatformCollector, ProcessCollector

# When each was first counted would be as many series again, for nobody.
prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]

ACK = (0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0)  # 3: Slack's limit
CALL = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0)
JOB = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0)
ANSWER = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 1800.0)  # a response_url is good for 1800
LATE = (0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 180.0, 600.0, 3600.0)  # from 180 on, a notice says why it is late

Word = Callable[[Exception], str]


class Metrics:
    """One for each bot that is built, with a registry of its own: a process may hold several bots."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        requests = self._counter("requests", "Requests from Slack.", "kind", "outcome")
        self._request = cache(requests.labels)  # people wait for each ack, and `labels` takes a lock
        self._ack = self._histogram("ack", "From a request that is read to its answer.", ACK)
        self._broken = self._counter(
            "broken_listeners", "Requests whose listener broke; the person got a reference.", "cause"
        )
        for cause in ("bug", "slack", "database"):  # of what was never there, Prometheus misses the first
            self._broken.labels(cause)
        self._webhook = self._counter("webhook_calls", "Calls of Autoenhance's webhook.", "outcome")
        self._jobs = self._counter("jobs", "Tries of jobs, by how they ended.", "kind", "outcome")
        self._job = self._histogram("job", "One try of a job.", JOB, "kind")
        self._answer = self._histogram(
            "answer", "From a person's request that is written down to its job's end.", ANSWER
        )
        self._autoenhance = self._counter("autoenhance_calls", "Calls to Autoenhance.", "outcome")
        self._autoenhance_time = self._histogram("autoenhance_call", "One call to Autoenhance.", CALL)
        self._slack = self._counter("slack_calls", "Calls to Slack.", "method", "outcome")
        self._slack_time = self._histogram("slack_call", "One call to Slack.", CALL, "method")
        self._notices = self._counter("notices", "Notices that Slack took.", "kind")
        self._late = self._histogram("look_late", "From when an order was due to when it was taken.", LATE)
        self._rounds = self._counter("rounds", "Rounds of what is done by the clock.", "round", "outcome")

    def request(self, kind: str, outcome: str, seconds: float) -> None:
        self._request(kind, outcome).inc()
        self._ack.observe(seconds)

    def broken_listener(self, cause: str) -> None:
        self._broken.labels(cause).inc()

    def webhook_call(self, outcome: str) -> None:
        self._webhook.labels(outcome).inc()

    def job(self, kind: str, outcome: str, seconds: float) -> None:
        """A try of one."""
        self._jobs.labels(kind, outcome).inc()
        self._job.labels(kind).observe(seconds)

    def answer(self, seconds: float) -> None:
        self._answer.observe(seconds)

    def autoenhance_call(self, word: Word) -> AbstractContextManager[None]:
        """Around one of them; `word` says under which outcome it is counted, for what is raised inside."""
        return _timed(self._autoenhance, self._autoenhance_time, word)

    def slack_call(self, method: str, word: Word) -> AbstractContextManager[None]:
        """The same."""
        time = self._slack_time.labels(method)
        return _timed(self._slack, time, word, method)

    def notice(self, kind: str) -> None:
        self._notices.labels(kind).inc()

    def look_late(self, seconds: float) -> None:
        self._late.observe(seconds)

    def round(self, name: str, outcome: str) -> None:
        self._rounds.labels(name, outcome).inc()

    def _counter(self, name: str, says: str, *labels: str) -> Counter:
        return Counter(f"order_desk_{name}", says, labels, registry=self.registry)

    def _histogram(self, name: str, says: str, buckets: Sequence[float], *labels: str) -> Histogram:
        name = f"order_desk_{name}_seconds"
        return Histogram(name, says, labels, registry=self.registry, buckets=buckets)


@contextmanager
def _timed(calls: Counter, time: Histogram, word: Word, *labels: str) -> Iterator[None]:
    """`ok`, what `word` says, or `given_up`: nobody waited any longer."""
    began, outcome = perf_counter(), "given_up"
    try:
        yield
        outcome = "ok"
    except Exception as error:
        outcome = word(error)
        raise
    finally:
        calls.labels(*labels, outcome).inc()
        time.observe(perf_counter() - began)
