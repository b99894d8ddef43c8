"""A Slack workspace: people, conversations, messages and views. It knows no HTTP."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.change_signal import ChangeSignal
from bot.sandbox.slack.blocks import Block, Control, Drawn, controls, plain, with_ids
from bot.sandbox.slack.mrkdwn import as_seen


@dataclass(frozen=True)
class User:
    id: str
    name: str
    real_name: str
    team_id: str
    is_guest: bool = False
    is_bot: bool = False
    tz: str = "Europe/London"


@dataclass(frozen=True)
class Organisation:
    """An Enterprise Grid organisation: the workspaces whose people are colleagues."""

    id: str
    name: str
    team_ids: frozenset[str]


@dataclass
class Channel:
    """Only `members` can write in the conversation. If it is private, only they see it."""

    id: str
    name: str
    members: set[str]
    is_private: bool = False
    is_im: bool = False
    is_archived: bool = False
    is_ext_shared: bool = False
    is_org_shared: bool = False
    is_mpim: bool = False

    @property
    def kind(self) -> str:
        """As in the filter of a menu of conversations."""
        if self.is_im or self.is_mpim:
            return "im" if self.is_im else "mpim"
        return "private" if self.is_private else "public"


@dataclass(kw_only=True)
class Message(Drawn):
    """`broadcast` marks a reply that is also shown in the channel. A `lost` message is shown to nobody."""

    ts: str
    channel: str
    user: str
    text: str
    thread_ts: str | None = None
    ephemeral_to: str | None = None
    broadcast: bool = False
    attachments: list[dict[str, Any]] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    metadata: dict[str, Any] | None = None
    edited: bool = False
    lost: bool = False

    def plain(self) -> str:
        return "\n".join([super().plain() or as_seen(self.text), *map(plain, self._below())])

    def controls(self) -> list[Control]:
        return [*super().controls(), *(each for blocks in self._below() for each in controls(blocks))]

    def _below(self) -> list[list[Block]]:
        return [part["blocks"] for part in self.attachments if part.get("blocks")]

    def attachment_with(self, control: Control) -> dict[str, Any] | None:
        return next((part for part in self.attachments if control in controls(part.get("blocks", []))), None)


@dataclass(kw_only=True)
class View(Drawn):
    """A modal or a Home view. `body` is as the bot sent it. `errors` are shown beside the inputs."""

    id: str
    user: str
    hash: str
    body: dict[str, Any]
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The title of a modal. Empty for a Home view."""
        return str((self.body.get("title") or {}).get("text", ""))


class Workspace:
    """Rings `change_signal` at every change. Times come from `now`, and no two messages have the same ts."""

    def __init__(self, users: list[User], channels: list[Channel], *, now: Callable[[], float]) -> None:
        self.users = {user.id: user for user in users}
        self.channels = {channel.id: channel for channel in channels}
        self.change_signal = ChangeSignal()
        self.organisation: Organisation | None = None
        self.now = now
        self._messages: dict[str, dict[str, Message]] = {}  # by channel and ts
        self._views: dict[str, list[View]] = {}
        self._homes: dict[str, View] = {}
        self._numbers = itertools.count(1)
        self._last = 0

    def ts(self) -> str:
        self._last = max(self._last + 1, int(self.now() * 1_000_000))
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    def sees(self, user: str, channel: str) -> bool:
        """Whether this person can open this conversation: it is public in their team, or they are in it."""
        person, place = self.users[user], self.channels[channel]
        colleague = person.team_id == self._bot_team and not person.is_guest
        return user in place.members or (colleague and not place.is_private and not place.is_im)

    def picks(self, user: str, element: dict[str, Any]) -> set[str]:
        """What Slack offers this person in a menu of people or of conversations."""
        if element["type"] == "users_select":
            return set(self.users)
        wanted = element.get("filter", {})
        kinds, own_only = wanted.get("include"), wanted.get("exclude_external_shared_channels")
        return {
            each.id
            for each in self.channels.values()
            if self.sees(user, each.id) and not each.is_archived
            if not kinds or each.kind in kinds
            if not (own_only and each.is_ext_shared)
        }

    def is_colleague(self, user: str) -> bool:
        """Whether this person is of the app's workspace, or of another one of its organisation."""
        teams = self.organisation.team_ids if self.organisation else {self._bot_team}
        return user in self.users and self.users[user].team_id in teams

    @property
    def _bot_team(self) -> str:
        return next(user.team_id for user in self.users.values() if user.is_bot)

    def dm(self, user: str, bot: str) -> Channel:
        """The direct messages of these two. Made when first needed."""
        name = f"D{user[1:]}"
        return self.channels.setdefault(name, Channel(name, "", {user, bot}, is_im=True))

    def messages(self, channel: str, viewer: str | None = None) -> list[Message]:
        """What `viewer` sees in a channel, with replies, oldest first. Without a viewer, all messages."""
        seen = {None, viewer}
        return [
            message
            for message in self._messages.get(channel, {}).values()
            if viewer is None or (message.ephemeral_to in seen and not message.lost)
        ]

    def find(self, channel: str, ts: str | None) -> Message | None:
        return self._messages.get(channel, {}).get(ts or "")

    def replies(self, message: Message) -> list[Message]:
        return [each for each in self.messages(message.channel) if each.thread_ts == message.ts]

    def post(
        self, channel: str, user: str, text: str, blocks: list[Block] | None = None, **more: Any
    ) -> Message:
        """`more` are other fields of the Message. A reply to a reply goes into the same thread.

        What an app shows one person in a thread is lost where nobody has replied yet (the documentation of
        chat.postEphemeral: only in an active thread). It does not appear when somebody replies later.
        """
        drawn = with_ids(blocks or [], self._numbers)
        message = Message(channel=channel, user=user, text=text, blocks=drawn, **{"ts": self.ts(), **more})
        answered = self.find(channel, message.thread_ts)
        if answered is not None and answered.thread_ts is not None:
            message.thread_ts = answered.thread_ts
        message.lost = (
            self.users[user].is_bot and message.ephemeral_to is not None and not self._is_active(message)
        )
        self._messages.setdefault(channel, {})[message.ts] = message
        self.change_signal.ring()
        return message

    def _is_active(self, message: Message) -> bool:
        """Whether the message is in no thread, or in one that somebody has replied in."""
        if message.thread_ts is None:
            return True
        thread = (each for each in self.messages(message.channel) if each.thread_ts == message.thread_ts)
        return any(each.ephemeral_to is None for each in thread)

    def edit(self, message: Message, text: str, blocks: list[Block] | None) -> None:
        """Text without blocks removes the blocks. Slack shows "(edited)" only on messages without blocks."""
        message.text, message.blocks = text, with_ids(blocks or [], self._numbers)
        message.edited, message.warning = not blocks, ""
        self.change_signal.ring()

    def attach(self, message: Message, parts: list[dict[str, Any]]) -> None:
        """Replace the attachments of a message."""
        blocks = [{"blocks": with_ids(part.get("blocks", []), self._numbers)} for part in parts]
        message.attachments = [part | drawn for part, drawn in zip(parts, blocks, strict=True)]
        self.change_signal.ring()

    def delete(self, message: Message) -> None:
        del self._messages[message.channel][message.ts]
        self.change_signal.ring()

    def views(self, user: str) -> list[View]:
        """The modals that this person has open. The one on top is last."""
        return self._views.setdefault(user, [])

    def view(self, id_: str) -> View | None:
        """The open modal with this ID. None if it is not open."""
        return next((view for stack in self._views.values() for view in stack if view.id == id_), None)

    def push(self, user: str, body: dict[str, Any]) -> View:
        view = self._new_view(user, body)
        self.views(user).append(view)
        self.change_signal.ring()
        return view

    def home(self, user: str) -> View | None:
        """What this person sees on the app's Home tab. None before the bot published it."""
        return self._homes.get(user)

    def publish(self, user: str, body: dict[str, Any]) -> View:
        """Show this on the Home tab. It keeps its ID, however often it is published again."""
        home = self._homes.setdefault(user, self._new_view(user, body))
        self.redraw(home, body)
        return home

    def _new_view(self, user: str, body: dict[str, Any]) -> View:
        blocks = with_ids(body["blocks"], self._numbers)
        return View(id=f"V{next(self._numbers):09d}", user=user, hash=self._hash(), body=body, blocks=blocks)

    def redraw(self, view: View, body: dict[str, Any]) -> None:
        view.body, view.blocks, view.hash = body, with_ids(body["blocks"], self._numbers), self._hash()
        view.errors, view.warning = {}, ""
        self.change_signal.ring()

    def _hash(self) -> str:
        return f"{int(self.now())}.{next(self._numbers):08x}"

    def close(self, view: View) -> None:
        self.views(view.user).remove(view)
        self.change_signal.ring()

    def close_all(self, user: str) -> None:
        self.views(user).clear()
        self.change_signal.ring()
