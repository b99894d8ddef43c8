"""A Slack of our own on 127.0.0.1: what a bot can call, what people do, and what they see."""

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
    """Serve `app`, then set `base_url` to where that is, and `events_url` to where the bot listens.

    A bot that opens Socket Mode gets its deliveries there. `features` are those of the app's manifest,
    `events` its `bot_events`.
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
        workspace, tickets, faults = sample_workspace(now), Triggers(now), Faults()
        responder, self._unfurls = Responder(workspace, tickets), Unfurls(workspace)
        ring = workspace.change_signal.ring
        self._socket_mode = SocketMode(ring)
        delivery = Delivery(signing_secret, self._socket_mode, now, ring, events_url, patience)
        replies = Acks(workspace, responder)
        super().__init__(workspace, tickets, delivery, replies, features=features, events=events)
        self._doors = Endpoints(
            WebApi(workspace, tickets, self._unfurls),
            responder,
            faults,
            bot_token,
            app_token,
            open_link=lambda: self._socket_mode.link(self.base_url),
            now=now,
            ring=ring,
            scopes=set(SCOPES),
        )
        self.faults = faults
        self.fail = faults.fail
        self.mend = faults.mend
        self.hold = faults.hold
        self.routes = [*self._doors.routes(), *self._socket_mode.routes()]
        self.app = Starlette(routes=self.routes)

    @property
    def events_url(self) -> str | None:
        return self._delivery.events_url

    @events_url.setter
    def events_url(self, url: str | None) -> None:
        self._delivery.events_url = url

    @property
    def scopes(self) -> set[str]:
        """What the bot token has been granted; change it to take a scope away."""
        return self._doors.scopes

    @property
    def connections(self) -> int:
        """How many Socket Mode connections the bot has open."""
        return len(self._socket_mode.sockets)

    @property
    def exchanges(self) -> list[Exchange]:
        """Everything delivered so far."""
        return self._delivery.exchanges

    def calls(self, method: str | None = None) -> list[Call]:
        """What the bot called: this Web API method, or `respond` for response_urls; or everything."""
        return [call for call in self._doors.calls if method in {None, call.method}]

    def forget(self) -> list[Call]:
        """The finished calls so far, and keeps neither them nor the deliveries: for whoever runs for long."""
        finished = [call for call in self._doors.calls if call.status]
        self._doors.calls[:] = [call for call in self._doors.calls if not call.status]
        self._delivery.exchanges.clear()
        return finished

    def messages(self, channel: str = SHOOTS, *, viewer: str | None = None) -> list[Message]:
        """What this person sees in a channel, replies included, oldest first; without one, everything."""
        return self.workspace.messages(channel, viewer)

    def views(self, user: str = ANA) -> list[View]:
        """The modals this person has open, the one on top last."""
        return list(self.workspace.views(user))

    def home(self, user: str = ANA) -> View | None:
        """What this person sees on the app's Home tab."""
        return self.workspace.home(user)

    async def until(self, seen: Callable[[], T], *, timeout: float = 20) -> T:  # noqa: ASYNC109
        """Wait until `seen()` is true and return that; the TimeoutError tells what is to be seen."""
        try:
            return await self.workspace.change_signal.until(seen, timeout=timeout)
        except TimeoutError:
            raise TimeoutError(self.transcript()) from None

    def transcript(self) -> str:
        """All that the bot has said, as people see it."""
        said = [message for room in self.workspace.channels for message in self.messages(room)]
        opened = [view for user in self.workspace.users for view in self.views(user)]
        lines = [f"[{message.channel}] {message.plain()}" for message in said if message.user == BOT]
        lines += [f"[modal of {view.user}] {view.plain()}" for view in opened]
        homes = [home for user in self.workspace.users if (home := self.home(user))]
        return "\n".join([*lines, *(f"[Home of {home.user}] {home.plain()}" for home in homes)])

    async def redeliver(self, exchange: Exchange, *, attempt: int = 0, reason: str = "") -> Exchange:
        """Deliver the very same bytes again; people see nothing of the answer.

        As an `attempt` it is signed anew and says which one it is and why, as Slack's own retries do.
        """
        headers = exchange.headers
        if attempt and headers:
            headers = self.signed(exchange.body, headers["Content-Type"])
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason}
        again = dataclasses.replace(exchange, headers=headers, status=0, reply=b"", error="", seconds=0.0)
        return await self._delivery.send(again)

    async def send_raw(self, body: bytes, headers: dict[str, str]) -> Exchange:
        """Send whatever to where the bot listens, as anybody on the internet can."""
        return await self._delivery.send(Exchange("raw", {}, body, headers))

    def signed(self, body: bytes, content_type: str = FORM) -> dict[str, str]:
        """The headers with which `send_raw` passes for Slack."""
        return self._delivery.signed(body, content_type)

    def delete(self, message: Message) -> None:
        """Somebody deletes a message; the replies to it stay."""
        self.workspace.delete(message)

    def uses_left(self, secret: str) -> tuple[int, float] | None:
        """How often a response_url can still be used, and for how many seconds; None if it is not ours."""
        return self._triggers.left(secret)

    def remove_bot(self, channel: str) -> None:
        """Somebody removes the app from a channel."""
        self.workspace.channels[channel].members.discard(BOT)
        self.workspace.change_signal.ring()

    def archive(self, channel: str, *, archived: bool = True) -> None:
        """Somebody archives a channel, or brings it back."""
        self.workspace.channels[channel].is_archived = archived
        self.workspace.change_signal.ring()

    def share(self, channel: str, *, shared: bool = True) -> None:
        """Somebody shares a channel with another company, or ends that."""
        self.workspace.channels[channel].is_ext_shared = shared
        self.workspace.change_signal.ring()
