"""Uploads pictures to Slack. The row of a file is written before the file has content (decision 99)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.errors import Gone, SlackBusy
from bot.orders.ids import OrderId
from bot.slack.api.files import Files
from bot.storage.pictures import Picture, Pictures

READY_WITHIN = timedelta(seconds=10)
"""A file that Slack still refuses then was not uploaded whole: another one is."""
PAUSES = (1.0, 4.0)  # seconds until Slack is asked again whether a file is ready: half its age, within these


class UploadFailed(Exception):
    """The file is dropped. The next attempt uploads another one."""

    def __init__(self, retry_after: float | None) -> None:
        super().__init__("Slack did not take a file")
        self.retry_after = retry_after


@dataclass(frozen=True)
class ForMessage:
    """What the row of a picture says besides its file."""

    team_id: str
    channel_id: str
    ts: str
    order: OrderId
    account_id: str
    alt_text: str


@dataclass(frozen=True)
class PictureUploads:
    pictures: Pictures
    files: Files
    now: Callable[[], datetime]

    async def upload(self, wanted: ForMessage, filename: str, title: str, content: bytes) -> Picture:
        """Raises UploadFailed, and SlackError where Slack names no file."""
        named = await self.files.name(filename, len(content))
        picture = Picture(
            team_id=wanted.team_id,
            file_id=named.file_id,
            order=wanted.order,
            channel_id=wanted.channel_id,
            ts=wanted.ts,
            account_id=wanted.account_id,
            alt_text=wanted.alt_text,
            made_at=self.now(),
        )
        await self.pictures.add(picture)
        try:
            await self.files.upload(named, content, title)
        except (SlackBusy, Gone) as error:
            await self.drop(picture)
            raise UploadFailed(error.retry_after if isinstance(error, SlackBusy) else None) from error
        return picture

    async def not_ready(self, picture: Picture) -> float:
        """Slack refuses a block with this file. Seconds until the next attempt, which may upload another."""
        age = self.now() - picture.made_at
        shortest, longest = PAUSES
        if age > READY_WITHIN:
            await self.drop(picture)
            return shortest
        return min(max(shortest, age.total_seconds() / 2), longest)

    async def drop(self, picture: Picture) -> None:
        await self.pictures.drop(picture.team_id, picture.file_id, self.now())
