"""The metrics, counted where things happen.

There are few labels, and each has a fixed list of values. No team, channel, order or person is a label.
An unknown value from outside is counted as `other`. All times are in seconds.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from time import perf_counter

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Histogram, PlatformCollector, ProcessCollector

# Without this, each counter has a second series with its creation time. Nothing uses that.
prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]

# Histogram buckets, in seconds. Slack waits 3 for an ack, and a response_url is good for 1800. A notice that
# is 180 late or more names the reason.
ACK_BUCKETS = (0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0)
CALL_BUCKETS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0)
JOB_BUCKETS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0)
ANSWER_BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 1800.0)
LATE_BUCKETS = (0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 180.0, 600.0, 3600.0)

# Why a connection was refused or closed early. docs/operations.md explains them.
REASONS = ("idle", "slow", "unread", "head", "size", "malformed", "pipelined", "crowded", "memory")

FORECAST_OUTCOMES = ("early", "inside", "late")

OutcomeOf = Callable[[Exception], str]


class Metrics:
    """The metrics of one bot. It has its own registry, because a process may hold several bots."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        requests = self._counter("requests", "Requests from Slack.", "kind", "outcome")
        self._request = cache(requests.labels)  # `labels` takes a lock, and people wait for each ack
        self._ack = self._histogram("ack", "From a request that is read to its answer.", ACK_BUCKETS)
        self._broken = self._counter(
            "broken_listeners", "Requests whose listener failed. The person got a reference code.", "cause"
        )
        for cause in ("bug", "slack", "database"):  # so Prometheus sees each series begin at 0
            self._broken.labels(cause)
        self._refused = self._counter(
            "refused_connections", "Connections that were refused or closed early.", "reason"
        )
        for reason in REASONS:
            self._refused.labels(reason)
        self._webhook = self._counter("webhook_calls", "Calls of Autoenhance's webhook.", "outcome")
        self._jobs = self._counter("jobs", "Job attempts by outcome.", "kind", "outcome")
        self._job = self._histogram("job", "One attempt at a job.", JOB_BUCKETS, "kind")
        self._answer = self._histogram(
            "answer", "From a person's recorded request to the end of its job.", ANSWER_BUCKETS
        )
        self._autoenhance = self._counter("autoenhance_calls", "Calls to Autoenhance.", "outcome")
        self._autoenhance_time = self._histogram("autoenhance_call", "One call to Autoenhance.", CALL_BUCKETS)
        self._slack = self._counter("slack_calls", "Calls to Slack.", "method", "outcome")
        self._slack_time = self._histogram("slack_call", "One call to Slack.", CALL_BUCKETS, "method")
        self._notices = self._counter("notices", "Notices that Slack accepted.", "kind")
        self._forecasts = self._counter(
            "forecasts",
            "Orders that ended early, inside or late of the range that was shown first.",
            "outcome",
        )
        for outcome in FORECAST_OUTCOMES:
            self._forecasts.labels(outcome)
        self._late = self._histogram(
            "look_late", "From when an order was due until it was checked.", LATE_BUCKETS
        )
        self._rounds = self._counter("rounds", "Runs of periodic tasks.", "round", "outcome")

    def request(self, kind: str, outcome: str, seconds: float) -> None:
        self._request(kind, outcome).inc()
        self._ack.observe(seconds)

    def broken_listener(self, cause: str) -> None:
        self._broken.labels(cause).inc()

    def connection_refused(self, reason: str) -> None:
        """`reason` is one of REASONS."""
        self._refused.labels(reason).inc()

    def webhook_call(self, outcome: str) -> None:
        self._webhook.labels(outcome).inc()

    def job(self, kind: str, outcome: str, seconds: float) -> None:
        """One attempt at a job, in seconds."""
        self._jobs.labels(kind, outcome).inc()
        self._job.labels(kind).observe(seconds)

    def answer(self, seconds: float) -> None:
        self._answer.observe(seconds)

    def autoenhance_call(self, outcome_of: OutcomeOf) -> AbstractContextManager[None]:
        """Counts and times the call inside. `outcome_of` names the outcome for an exception."""
        return _timed(self._autoenhance, self._autoenhance_time, outcome_of)

    def slack_call(self, method: str, outcome_of: OutcomeOf) -> AbstractContextManager[None]:
        """Counts and times the call inside. `outcome_of` names the outcome for an exception."""
        time = self._slack_time.labels(method)
        return _timed(self._slack, time, outcome_of, method)

    def notice(self, kind: str) -> None:
        self._notices.labels(kind).inc()

    def forecast(self, outcome: str) -> None:
        """`outcome` is one of FORECAST_OUTCOMES."""
        self._forecasts.labels(outcome).inc()

    def check_late(self, seconds: float) -> None:
        self._late.observe(seconds)

    def round(self, name: str, outcome: str) -> None:
        self._rounds.labels(name, outcome).inc()

    def _counter(self, name: str, help_text: str, *labels: str) -> Counter:
        return Counter(f"order_desk_{name}", help_text, labels, registry=self.registry)

    def _histogram(self, name: str, help_text: str, buckets: Sequence[float], *labels: str) -> Histogram:
        name = f"order_desk_{name}_seconds"
        return Histogram(name, help_text, labels, registry=self.registry, buckets=buckets)


@contextmanager
def _timed(calls: Counter, time: Histogram, outcome_of: OutcomeOf, *labels: str) -> Iterator[None]:
    """Counts under `ok`, the outcome of an exception, or `given_up` when the caller was cancelled."""
    began, outcome = perf_counter(), "given_up"
    try:
        yield
        outcome = "ok"
    except Exception as error:
        outcome = outcome_of(error)
        raise
    finally:
        calls.labels(*labels, outcome).inc()
        time.observe(perf_counter() - began)
