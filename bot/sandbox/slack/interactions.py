"""What people do in Slack, and what is delivered to the bot for it."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from bot.sandbox.errors import NotOffered
from bot.sandbox.slack import events, payload_objects, payloads
from bot.sandbox.slack.acks import Acks
from bot.sandbox.slack.blocks import Control, find
from bot.sandbox.slack.delivery import Delivery, Exchange
from bot.sandbox.slack.mrkdwn import as_sent
from bot.sandbox.slack.payloads import Occasion
from bot.sandbox.slack.sample_workspace import ANA, BOT, SHOOTS
from bot.sandbox.slack.triggers import ResponseUrl, Triggers
from bot.sandbox.slack.view_state import Filled, state
from bot.sandbox.slack.workspace import Message, View, Workspace


class Interactions:
    """Every coroutine returns the Exchange as soon as the bot has acked. The bot's work may come later.

    Raises NotOffered for what Slack's client would not let this person do.
    """

    def __init__(
        self,
        workspace: Workspace,
        triggers: Triggers,
        delivery: Delivery,
        acks: Acks,
        *,
        features: dict[str, Any],
        events: Sequence[str],
    ) -> None:
        self.base_url = ""
        self.features = features
        self.events = events
        self.workspace = workspace
        self._triggers = triggers
        self._delivery = delivery
        self._acks = acks

    async def command(
        self, typed: str, *, user: str = ANA, channel: str = SHOOTS, as_sent_to_app: str | None = None
    ) -> Exchange:
        """Type a slash command of the app, such as `/order help`.

        `as_sent_to_app` is the text with Slack's own markup, where Slack makes more of it than `as_sent`.
        """
        self._require_offered(user, channel)
        name, text = (*typed.split(maxsplit=1), "")[:2]
        offered = self.offered_command(name)
        if offered is None:
            raise NotOffered(f"The app has no command {name}.")
        url = self._triggers.response(user, channel)
        url.ack_shown.clear()
        sent = as_sent(text.strip(), self.names()) if offered.get("should_escape") else text.strip()
        sent = sent if as_sent_to_app is None else as_sent_to_app
        payload = payloads.command(self._occasion(user, channel, url), name, sent)
        exchange = await self._delivery.deliver("slash_commands", payload)
        self._acks.to_command(exchange, url, typed)
        url.ack_shown.set()
        return exchange

    def reply(self, exchange: Exchange) -> Message | None:
        """The last message that answers a command, as it is now. None if there is none."""
        url = self._triggers.find(exchange.payload["response_url"].rpartition("/")[2])
        return url.answer if url else None

    async def message_shortcut(self, callback_id: str, message: Message, *, user: str = ANA) -> Exchange:
        """Choose a message shortcut of the app."""
        self._require_offered(user, message.channel)
        self._require_shortcut("message", callback_id)
        if message.ephemeral_to:
            raise NotOffered("Messages that only you see have no such menu.")
        url = self._triggers.response(user, message.channel)
        occasion = self._occasion(user, message.channel, url)
        payload = payloads.message_action(occasion, callback_id, self._shown(message, user))
        exchange = await self._delivery.deliver("interactive", payload)
        self._acks.to_shortcut(exchange, user, message.channel)
        return exchange

    async def global_shortcut(self, callback_id: str, *, user: str = ANA, channel: str = SHOOTS) -> Exchange:
        """Choose a global shortcut of the app. The payload does not say in which channel the person is."""
        self._require_offered(user, channel)
        self._require_shortcut("global", callback_id)
        payload = payloads.shortcut(self._occasion(user, channel), callback_id)
        exchange = await self._delivery.deliver("interactive", payload)
        self._acks.to_shortcut(exchange, user, channel)
        return exchange

    async def click(
        self, place: Message | View, label: str | Control, *, user: str = ANA, filled: Filled | None = None
    ) -> Exchange:
        """Click a button or choose an option. `label` is its words, its action_id, or one of `controls()`.

        In a view, `filled` is what its inputs hold at that moment, and the view's own user clicks.
        """
        control = find(place.controls(), label)
        if isinstance(place, View):
            values = self._filled(place, filled or {}, complete=False)
            occasion = self._occasion(place.user, SHOOTS)
            payload = payloads.click_in_view(
                occasion, control, payload_objects.view(self._there(place), values)
            )
        else:
            url = self._triggers.response(user, place.channel, place)
            occasion, shown = self._occasion(user, place.channel, url), self._shown(place, user)
            ephemeral, below = place.ephemeral_to is not None, place.attachment_with(control)
            payload = payloads.click_in_message(occasion, control, shown, ephemeral=ephemeral, below=below)
        exchange = await self._delivery.deliver("interactive", payload)
        self._acks.to_click(exchange, place)
        return exchange

    async def submit(self, view: View, filled: Filled) -> Exchange:
        """Press the modal's submit button, with `filled` in its inputs."""
        if not view.body.get("submit"):
            raise NotOffered("This dialog has nothing to submit.")
        values = self._filled(self._open(view), filled, complete=True)
        payload = payloads.view_submission(
            self._occasion(view.user, SHOOTS), payload_objects.view(view, values)
        )
        exchange = await self._delivery.deliver("interactive", payload)
        self._acks.to_submission(exchange, view)
        return exchange

    async def close(self, view: View) -> Exchange | None:
        """Close a modal. The bot gets `view_closed` only if the view has `notify_on_close`, else None."""
        self.workspace.close(self._open(view))
        if not view.body.get("notify_on_close"):
            return None
        payload = payloads.view_closed(self._occasion(view.user, SHOOTS), payload_objects.view(view))
        return await self._delivery.deliver("interactive", payload)

    async def open_home(self, user: str = ANA) -> Exchange | None:
        """Open the app's Home tab. Returns None if the app is not subscribed to `app_home_opened`."""
        if not self.has_home(user):
            raise NotOffered("You can't open this app's Home tab.")
        if "app_home_opened" not in self.events:
            return None
        home = self.workspace.home(user)
        occasion = self._occasion(user, self.workspace.dm(user, BOT).id)
        payload = events.app_home_opened(occasion, payload_objects.view(home) if home else None)
        return await self._delivery.deliver("events_api", payload)

    def has_home(self, user: str) -> bool:
        """Colleagues have the app's Home tab, guests included."""
        return self.workspace.is_colleague(user)

    def offered_command(self, name: str) -> dict[str, Any] | None:
        """The manifest's entry for this slash command. None when the app has no such command."""
        commands: list[dict[str, Any]] = self.features.get("slash_commands", [])
        return next((each for each in commands if each["command"] == name), None)

    def names(self) -> dict[str, str]:
        """The mrkdwn entities for the names that people type, such as `@ana`, `@Ana Lind` and `#shoots`."""
        users = self.workspace.users.values()
        people = {f"@{name}": f"<@{user.id}>" for user in users for name in (user.name, user.real_name)}
        channels = [each for each in self.workspace.channels.values() if each.name]
        groups = {f"@{name}": f"<!{name}>" for name in ("here", "channel", "everyone")}
        return (
            people
            | groups
            | {f"#{each.name}": _channel_entity(each.id, each.name, each.is_private) for each in channels}
        )

    def _occasion(self, user: str, channel: str, url: ResponseUrl | None = None) -> Occasion:
        return Occasion(
            self.workspace.users[user],
            self.workspace.channels[channel],
            self._triggers.trigger(user),
            f"{self.base_url}/respond/{url.secret}" if url else "",
            self.workspace.ts(),
            self.workspace.organisation,
        )

    def is_offered(self, user: str, channel: str) -> bool:
        """Colleagues have the app's commands and shortcuts, in conversations that they can open."""
        return self.workspace.is_colleague(user) and self.workspace.sees(user, channel)

    def _require_offered(self, user: str, channel: str) -> None:
        if not self.is_offered(user, channel):
            raise NotOffered("You can't use this app here.")

    def _require_shortcut(self, kind: str, callback_id: str) -> None:
        offered = [each for each in self.features.get("shortcuts", []) if each["type"] == kind]
        if callback_id not in {each["callback_id"] for each in offered}:
            raise NotOffered(f"The app has no {kind} shortcut {callback_id}.")

    def _shown(self, message: Message, user: str) -> dict[str, Any]:
        """The message as Slack sends it to an app. Raises NotOffered if this person cannot see it."""
        if message not in self.workspace.messages(message.channel, user):
            raise NotOffered("You can't see this message.")
        if not self.workspace.sees(user, message.channel):
            raise NotOffered("You can't see this conversation.")
        return payload_objects.message(self.workspace, message)

    def _filled(self, view: View, filled: Filled, *, complete: bool) -> dict[str, Any]:
        picks = partial(self.workspace.picks, view.user)
        return state(view.blocks, filled, complete=complete, picks=picks)

    def _there(self, view: View) -> View:
        return view if view is self.workspace.home(view.user) else self._open(view)

    def _open(self, view: View) -> View:
        if self.workspace.view(view.id) is None:
            raise NotOffered("This dialog is closed.")
        return view


def _channel_entity(id_: str, name: str, is_private: bool) -> str:  # noqa: FBT001 - one line, one caller
    return f"<#{id_}|>" if is_private else f"<#{id_}|{name}>"
