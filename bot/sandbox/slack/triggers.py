"""The trigger_ids and response_urls that Slack gives to an app."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.sandbox.slack.workspace import Message
from bot.slack.limits import LIMITS


class Refused(Exception):
    """Slack refuses a call. `error` is its error code, and `details` are further keys of the answer."""

    def __init__(self, error: str, **details: object) -> None:
        super().__init__(error)
        self.error = error
        self.details = details


@dataclass
class _Trigger:
    user: str
    issued: float
    used: bool = False


@dataclass
class ResponseUrl:
    """One response_url. `source` is the clicked message, which `replace_original` and `delete_original` mean.

    A command and a shortcut have none: Slack posts another message for each use of their response_url
    (slackapi/bolt-python#1268, slackapi/bolt-js#2287). `answer` is the last one.
    """

    secret: str
    user: str
    channel: str
    issued: float
    source: Message | None
    answer: Message | None = None
    uses: int = 0
    ack_shown: asyncio.Event = field(default_factory=asyncio.Event)
    """Not set while a command waits for its ack, so that the ack's answer is shown before later ones."""


class Triggers:
    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._triggers: dict[str, _Trigger] = {}
        self._responses: dict[str, ResponseUrl] = {}

    def trigger(self, user: str) -> str:
        name = secrets.token_hex(16)
        self._triggers[name] = _Trigger(user, self._now())
        return name

    def redeem(self, trigger_id: str) -> str:
        """The person who is shown the modal. Raises Refused after 3 seconds and after the first use."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise Refused("invalid_trigger_id")
        if trigger.used:
            raise Refused("exchanged_trigger_id")
        if self._now() - trigger.issued > LIMITS.trigger_seconds:
            raise Refused("expired_trigger_id")
        trigger.used = True
        return trigger.user

    def response(self, user: str, channel: str, source: Message | None = None) -> ResponseUrl:
        secret = secrets.token_hex(16)
        url = ResponseUrl(secret, user, channel, self._now(), source)
        url.ack_shown.set()
        self._responses[secret] = url
        return url

    def find(self, secret: str) -> ResponseUrl | None:
        """The response_url with this secret. This does not count as a use."""
        return self._responses.get(secret)

    def left(self, secret: str) -> tuple[int, float] | None:
        """The uses and the seconds left of a response_url. None if it was never issued."""
        response = self.find(secret)
        if response is None:
            return None
        age = self._now() - response.issued
        return LIMITS.response_uses - response.uses, max(0.0, LIMITS.response_seconds - age)

    def use(self, secret: str) -> ResponseUrl:
        """Count one use. Raises Refused after 30 minutes and after the fifth use."""
        response = self._responses.get(secret)
        if response is None or self._now() - response.issued > LIMITS.response_seconds:
            raise Refused("expired_url")
        if response.uses >= LIMITS.response_uses:
            raise Refused("used_url")
        response.uses += 1
        return response
