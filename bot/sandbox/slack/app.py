"""A Slack on 127.0.0.1: what a bot can call, what people do, and what they see."""

import dataclasses
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from starlette.applications import Starlette

from bot.sandbox.slack.acks import Acks
from bot.sandbox.slack.composer import Composer
from bot.sandbox.slack.delivery import FORM, Delivery, Exchange
from bot.sandbox.slack.endpoints import Call, Endpoints
from bot.sandbox.slack.faults import Faults
from bot.sandbox.slack.files import Files
from bot.sandbox.slack.response_urls import Responder
from bot.sandbox.slack.sample_workspace import ANA, BOT, FEATURES, SHOOTS, sample_workspace
from bot.sandbox.slack.socket_mode import SocketMode
from bot.sandbox.slack.triggers import Triggers
from bot.sandbox.slack.unfurls import Unfurls
from bot.sandbox.slack.web_api import WebApi
from bot.sandbox.slack.workspace import Message, View
from bot.slack.limits import LIMITS

T = TypeVar("T")

SCOPES = {"channels:read", "chat:write", "commands", "im:write", "links:read", "links:write"}


class SlackSandbox(Composer):
    """Serve `app`, then set `base_url` to its address, and `events_url` to the bot's request URL.

    A bot that opens Socket Mode gets its deliveries there. `features` are those of the app's manifest, and
    `events` are its `bot_events`. `patience` is how many seconds Slack waits for an ack.
    """

    def __init__(
        self,
        *,
        signing_secret: str,
        bot_token: str,
        app_token: str,
        events_url: str | None = None,
        now: Callable[[], float] = time.time,
        features: dict[str, Any] = FEATURES,
        events: Sequence[str] = ("app_home_opened", "link_shared", "member_joined_channel"),
        patience: float = LIMITS.ack_seconds,
    ) -> None:
        workspace, triggers, faults = sample_workspace(now), Triggers(now), Faults()
        self.files = Files(now)
        self.files.base_url = lambda: self.base_url
        responder, self._unfurls = Responder(workspace, triggers, self.files), Unfurls(workspace)
        ring = workspace.change_signal.ring
        self._socket_mode = SocketMode(ring)
        delivery = Delivery(signing_secret, self._socket_mode, now, ring, events_url, patience)
        acks = Acks(workspace, responder)
        super().__init__(workspace, triggers, delivery, acks, features=features, events=events)
        self._endpoints = Endpoints(
            WebApi(workspace, triggers, self._unfurls, self.files),
            responder,
            self.files,
            faults,
            bot_token,
            app_token,
            open_link=lambda: self._socket_mode.link(self.base_url),
            now=now,
            ring=ring,
            scopes=set(SCOPES),
        )
        self.responder = responder
        self.faults = faults
        self.fail = faults.fail
        self.mend = faults.mend
        self.hold = faults.hold
        self.routes = [*self._endpoints.routes(), *self._socket_mode.routes()]
        self.app = Starlette(routes=self.routes)

    @property
    def events_url(self) -> str | None:
        return self._delivery.events_url

    @events_url.setter
    def events_url(self, url: str | None) -> None:
        self._delivery.events_url = url

    @property
    def scopes(self) -> set[str]:
        """The scopes granted to the bot token. Change the set to grant or remove a scope."""
        return self._endpoints.scopes

    @property
    def connections(self) -> int:
        """How many Socket Mode connections the bot has open."""
        return len(self._socket_mode.sockets)

    @property
    def exchanges(self) -> list[Exchange]:
        """Everything delivered so far."""
        return self._delivery.exchanges

    def calls(self, method: str | None = None) -> list[Call]:
        """The bot's calls of this Web API method. `respond` means response_urls, None means all calls."""
        return [call for call in self._endpoints.calls if method in {None, call.method}]

    def forget(self) -> list[Call]:
        """Return the finished calls so far, and drop them and all deliveries.

        A long run calls this, so that they do not fill the memory.
        """
        finished = [call for call in self._endpoints.calls if call.status]
        self._endpoints.calls[:] = [call for call in self._endpoints.calls if not call.status]
        self._delivery.exchanges.clear()
        return finished

    def messages(self, channel: str = SHOOTS, *, viewer: str | None = None) -> list[Message]:
        """What this person sees in a channel, with replies, oldest first. Without `viewer`, all messages."""
        return self.workspace.messages(channel, viewer)

    def views(self, user: str = ANA) -> list[View]:
        """The modals that this person has open. The one on top is last."""
        return list(self.workspace.views(user))

    def home(self, user: str = ANA) -> View | None:
        """What this person sees on the app's Home tab. None before the bot published it."""
        return self.workspace.home(user)

    async def until(self, seen: Callable[[], T], *, timeout: float = 20) -> T:  # noqa: ASYNC109
        """Wait until `seen()` is true and return its value. The TimeoutError holds the transcript."""
        try:
            return await self.workspace.change_signal.until(seen, timeout=timeout)
        except TimeoutError:
            raise TimeoutError(self.transcript()) from None

    def transcript(self) -> str:
        """All messages, modals and Home tabs of the bot, as people see them, and requests that failed."""
        posted = [message for channel in self.workspace.channels for message in self.messages(channel)]
        opened = [view for user in self.workspace.users for view in self.views(user)]
        lines = [f"[{message.channel}] {message.plain()}" for message in posted if message.user == BOT]
        lines += [f"[modal of {view.user}] {view.plain()}" for view in opened]
        homes = [home for user in self.workspace.users if (home := self.home(user))]
        lines += [f"[Home of {home.user}] {home.plain()}" for home in homes]
        failed = [each for each in self.exchanges if each.error]
        return "\n".join([*lines, *(f"[{each.kind}] {each.error}, {each.seconds:.1f} s" for each in failed)])

    async def redeliver(self, exchange: Exchange, *, attempt: int = 0, reason: str = "") -> Exchange:
        """Deliver the same bytes again. People see nothing of the answer.

        With an `attempt`, it is signed again and carries the retry number and reason, as Slack's retries do.
        """
        headers = exchange.headers
        if attempt and headers:
            headers = self.signed(exchange.body, headers["Content-Type"])
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason}
        again = dataclasses.replace(exchange, headers=headers, status=0, reply=b"", error="", seconds=0.0)
        return await self._delivery.send(again)

    async def send_raw(self, body: bytes, headers: dict[str, str]) -> Exchange:
        """Send any request to the bot's request URL, as anyone on the internet can."""
        return await self._delivery.send(Exchange("raw", {}, body, headers))

    def signed(self, body: bytes, content_type: str = FORM) -> dict[str, str]:
        """The headers, signed now, with which `send_raw` looks like Slack."""
        return self._delivery.signed(body, content_type)

    def delete(self, message: Message) -> None:
        """Delete a message, as a person does. The replies to it stay."""
        self.workspace.delete(message)

    def uses_left(self, secret: str) -> tuple[int, float] | None:
        """The uses and the seconds left of a response_url. None if this Slack did not issue it."""
        return self._triggers.left(secret)

    def remove_bot(self, channel: str) -> None:
        """Remove the app from a channel, as a person does."""
        self.workspace.channels[channel].members.discard(BOT)
        self.workspace.change_signal.ring()

    def archive(self, channel: str, *, archived: bool = True) -> None:
        """Archive a channel, as a person does, or unarchive it."""
        self.workspace.channels[channel].is_archived = archived
        self.workspace.change_signal.ring()

    def share(self, channel: str, *, shared: bool = True) -> None:
        """Share a channel with another company, as a person does, or end that."""
        self.workspace.channels[channel].is_ext_shared = shared
        self.workspace.change_signal.ring()
