"""The bot's own clients of Autoenhance's files, as they are wired, on the demo's stand-ins."""

import time
from io import BytesIO

from PIL import Image

from bot.bootstrap.clients import DEFAULT_LIMITS, open_requests, utc_now
from bot.bootstrap.previews import open_previews
from bot.core.metrics import Metrics
from bot.demo.demo import Sandbox
from bot.orders.models import Order
from bot.orders.progress import progress_of
from bot.pictures.sheet import Tile, contact_sheet, pair
from bot.sandbox.autoenhance.sample_orders import OAK
from bot.storage.rate_limits.memory import LocalRateLimiter


async def test_an_orders_photos_become_a_sheet_and_a_pair(sandbox: Sandbox) -> None:
    """From the IDs in an order to two pictures, with the key in no request to the host of the files."""
    key, stand_in = sandbox.settings.autoenhance_api_key, sandbox.autoenhance
    assert key
    photos = progress_of(Order.model_validate(stand_in.order(OAK))).photos[:3]
    opening = open_requests(
        sandbox.settings,
        rate_limiter=LocalRateLimiter(time.monotonic),
        metrics=Metrics(),
        now=utc_now,
        limits=DEFAULT_LIMITS,
    )
    async with opening as requests, open_previews(sandbox.settings, requests) as previews:
        tiles = [Tile(each.name, await previews.enhanced(each.image_id, key)) for each in photos]
        original = await previews.original(photos[0].image_id, key)

    assert all(tile.image and Image.open(BytesIO(tile.image)).width == 640 for tile in tiles)
    assert contact_sheet(tiles, 0) != contact_sheet([Tile(each.name, None) for each in photos], 0)
    assert pair(photos[0].name, original, tiles[0].image or b"")
    assert len(stand_in.previews.asked) == 4
    assert not any(key.get_secret_value() in str(each.headers.raw) for each in stand_in.previews.fetched)
