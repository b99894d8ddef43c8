"""Cards with pictures, and without them."""

from bot.slack import blocks
from bot.slack.blocks import Block
from bot.slack.render.models import Card, OrderView


def picture_block(view: OrderView) -> list[Block]:
    """Empty for a card without a picture."""
    return [blocks.image(view.picture.file_id, view.picture.alt_text)] if view.picture else []


def without_pictures(card: Card) -> Card:
    return Card(text=card["text"], blocks=[each for each in card["blocks"] if each["type"] != "image"])
