"""What pictures need besides the channel's setting: a scope, a key, and Pillow."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.accounts.models import KeyedAccount
from bot.handlers.account_keys import AccountKeys
from bot.slack.api.channels import Channels
from bot.slack.api.files import Files
from bot.slack.text import card_pictures as picture_text
from bot.storage.channel_settings import ChannelSettings


class NoPicture(Exception):
    """The card stays as it is. The sentence is for a person who asked for the picture."""


@dataclass(frozen=True)
class PictureNeeds:
    account_keys: AccountKeys
    channel_settings: ChannelSettings
    channels: Channels
    files: Files
    can_draw: Callable[[], bool]

    async def require(self, team_id: str, channel_id: str, account_id: str = "") -> None:
        """Asked before a picture is drawn, and again before a card gets it: then it is this account's.

        Raises NoPicture, and what `Channels.require_own` raises.
        """
        if not await self.channel_settings.pictures(team_id, channel_id):
            raise NoPicture(picture_text.OFF)
        if needs := await self.missing(team_id, channel_id):
            raise NoPicture(picture_text.missing(needs))
        usable = {each.account.account_id for each in await self.keys(team_id, channel_id)}
        if account_id and account_id not in usable:
            raise NoPicture(picture_text.NOT_NOW)
        await self.channels.require_own(channel_id)

    async def missing(self, team_id: str, channel_id: str) -> list[str]:
        """A sentence for each thing that is missing there, with the next step."""
        there = {
            picture_text.NEEDS_SCOPE: self.files.may_upload,
            picture_text.NEEDS_KEY: bool(await self.keys(team_id, channel_id)),
            picture_text.NEEDS_PILLOW: self.can_draw(),
        }
        return [sentence for sentence, is_there in there.items() if not is_there]

    async def are_met(self, team_id: str, channel_id: str) -> bool:
        """The channel has pictures on, and nothing is missing."""
        on = await self.channel_settings.pictures(team_id, channel_id)
        return on and not await self.missing(team_id, channel_id)

    async def keys(self, team_id: str, channel_id: str) -> list[KeyedAccount]:
        """The accounts whose keys may be used there, the default one first."""
        return [each for each in await self.account_keys.searched_from(team_id, channel_id) if each.key]

    async def test(self, team_id: str, place: str) -> str:
        """What `/order test` says of pictures. Empty where they are off."""
        if not await self.channel_settings.pictures(team_id, place):
            return ""
        return picture_text.tested(await self.missing(team_id, place))
