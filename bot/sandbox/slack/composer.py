"""What a person types: messages, slash commands, and links that an app gets an event for."""

from bot.sandbox.errors import NotOffered
from bot.sandbox.slack import events, payload_objects
from bot.sandbox.slack.delivery import Exchange
from bot.sandbox.slack.interactions import Interactions
from bot.sandbox.slack.mrkdwn import as_sent
from bot.sandbox.slack.sample_workspace import ANA, BOT, SHOOTS
from bot.sandbox.slack.unfurls import Unfurls
from bot.sandbox.slack.workspace import Message


class Composer(Interactions):
    _unfurls: Unfurls

    async def say(
        self, text: str, *, user: str = ANA, channel: str = SHOOTS, thread_ts: str | None = None
    ) -> Exchange | None:
        """Type into the composer and press Enter: a message or a slash command.

        Returns what was delivered to the app. None when nothing was.
        """
        if not self._can_write(user, channel):
            raise NotOffered("You can't write in this conversation.")
        name = text.split(maxsplit=1)[0]
        if not name.startswith("/"):
            sent = as_sent(text, self.names())
            message = self.workspace.post(channel, user, sent, thread_ts=thread_ts)
            self._offer_to_invite(message)
            pasted = await self._paste(message)
            return await self.hear(message) or pasted
        if thread_ts is None and self.offered_command(name) and self.is_offered(user, channel):
            return await self.command(text, user=user, channel=channel)
        if thread_ts is not None:
            answer = f"{name} is not supported in threads. Sorry!"
        elif name == "/invite":
            answer = await self.invite_bot(channel)
        else:
            answer = f"{name} is not a valid command."
        self._acks.slackbot(user, channel, answer, thread_ts)
        return None

    def _offer_to_invite(self, message: Message) -> None:
        """Tell a person who mentions the app where it is no member. Slack has buttons for this."""
        place, app = self.workspace.channels[message.channel], self.workspace.users[BOT].real_name
        if f"<@{BOT}>" in message.text and BOT not in place.members and not place.is_im:
            answer = f"You mentioned @{app}, but they're not in this channel. To add them: /invite @{app}"
            self._acks.slackbot(message.user, message.channel, answer, message.thread_ts)

    def _can_write(self, user: str, channel: str) -> bool:
        """A messages tab that is read-only takes nothing."""
        place = self.workspace.channels[channel]
        if place.is_im and BOT in place.members and self.is_tab_read_only:
            return False
        return self.workspace.sees(user, channel) and not place.is_archived

    @property
    def is_tab_read_only(self) -> bool:
        return bool(self.features.get("app_home", {}).get("messages_tab_read_only_enabled", False))

    async def hear(self, message: Message, **changes: object) -> Exchange | None:
        """Deliver what a person wrote to the app, if it mentions the app or is in the direct message with it.

        `changes` are keys of the event that differ, such as `edited`.
        """
        occasion = self._occasion(message.user, message.channel)
        if BOT not in occasion.channel.members:
            return None
        shown = payload_objects.message(self.workspace, message) | changes
        if occasion.channel.is_im and "message.im" in self.events:
            return await self._delivery.deliver("events_api", events.message_im(occasion, shown))
        if f"<@{BOT}>" in message.text and "app_mention" in self.events:
            return await self._delivery.deliver("events_api", events.app_mention(occasion, shown))
        return None

    async def invite_bot(self, channel: str) -> str:
        """Invite the app into a channel, as a person does. Returns Slack's answer to the person."""
        members, name = self.workspace.channels[channel].members, self.workspace.users[BOT].real_name
        if BOT in members:
            return f"{name} is already in this channel."
        members.add(BOT)
        self.workspace.change_signal.ring()
        if "member_joined_channel" in self.events:
            occasion = self._occasion(BOT, channel)
            await self._delivery.deliver("events_api", events.member_joined_channel(occasion))
        return f"{name} was added to the conversation."

    async def _paste(self, message: Message) -> Exchange | None:
        """Deliver `link_shared` for links to the app's domains, also where the app is not a member."""
        paste = self._unfurls.pasted(message, self.features.get("unfurl_domains", []))
        if paste is None or "link_shared" not in self.events:
            return None
        occasion = self._occasion(message.user, message.channel)
        payload = events.link_shared(occasion, paste, is_member=BOT in occasion.channel.members)
        return await self._delivery.deliver("events_api", payload)
