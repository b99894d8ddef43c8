"""Makes the contact sheet of an order: previews of its photos in one picture, and its alt text."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from pydantic import SecretStr

from bot.accounts.models import Account, KeyedAccount
from bot.core.errors import AutoenhanceError, TryLater
from bot.orders.progress import Photo
from bot.pictures.sheet import MAX_TILES, Tile
from bot.slack.render.models import OrderView
from bot.slack.text.pictures import sheet_alt

MAX_DRAWN_AT_ONCE = 2  # each takes a processor for a moment


@dataclass(frozen=True)
class Sheet:
    """What is on a contact sheet. `more` is how many photos of the order it leaves out."""

    failed: Sequence[Photo]
    done: Sequence[Photo]
    more: int
    alt_text: str


def planned_sheet(view: OrderView) -> Sheet:
    """Photos that failed come first, because they need a person."""
    photos = view.progress.photos
    failed = [photo for photo in photos if photo.word == "failed"][:MAX_TILES]
    done = [photo for photo in photos if photo.word == "done"][: MAX_TILES - len(failed)]
    more = max(view.progress.tally.total, len(photos)) - len(failed) - len(done)
    reasons = [(photo.name, photo.reason) for photo in failed]
    return Sheet(failed, done, more, sheet_alt(view.title, reasons, [photo.name for photo in done], more))


@dataclass(frozen=True)
class Drawn:
    """A JPEG, and the account whose key gave its photos."""

    content: bytes
    account_id: str


@dataclass(frozen=True)
class ContactSheets:
    """`preview` asks Autoenhance for a photo with a key, and `used` is told whose key gave one.

    `draw` makes a JPEG, and runs in a thread.
    """

    used: Callable[[Account], Awaitable[None]]
    preview: Callable[[str, SecretStr], Awaitable[bytes]]
    draw: Callable[[Sequence[Tile], int], bytes]
    drawing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MAX_DRAWN_AT_ONCE))

    async def drawn(self, sheet: Sheet, keys: Sequence[KeyedAccount]) -> Drawn | None:
        """None where no photo has a preview. Raises TryLater where one may have it later."""
        keys = list(keys)
        images = await self._previews([photo.image_id for photo in sheet.done], keys)
        if not any(images):
            return None
        tiles = [Tile(photo.name, None, failed=True, reason=photo.reason) for photo in sheet.failed]
        tiles += [Tile(photo.name, image) for photo, image in zip(sheet.done, images, strict=True)]
        async with self.drawing:
            content = await asyncio.to_thread(self.draw, tiles, sheet.more)
        return Drawn(content, keys[0].account.account_id)

    async def _previews(self, image_ids: Sequence[str], keys: list[KeyedAccount]) -> list[bytes | None]:
        """The first photo says which key works. Then the others ask with that one first, side by side.

        The key that worked is the first of `keys` then.
        """
        first = [await self._tried(each, keys) for each in image_ids[:1]]
        others = await asyncio.gather(*(self._tried(each, keys) for each in image_ids[1:]))
        found = [*first, *others]
        late = [each for each in found if isinstance(each, TryLater)]
        images = [each if isinstance(each, bytes) else None for each in found]
        if late and not any(images):
            raise late[0]
        if any(images):
            await self.used(keys[0].account)
        return images

    async def _tried(self, image_id: str, keys: list[KeyedAccount]) -> bytes | TryLater | None:
        """With each key in turn, so that no account's trouble is another's. One that works becomes the first.

        TryLater if none works, and one of them may later.
        """
        late: TryLater | None = None
        for each in [*keys]:
            if not image_id or each.key is None:
                continue
            try:
                content = await self.preview(image_id, each.key)
            except TryLater as error:
                late = late or error
                continue
            except AutoenhanceError:
                continue
            if keys[0] is not each:
                keys.remove(each)
                keys.insert(0, each)
            return content
        return late
