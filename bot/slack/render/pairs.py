"""One photo before and after: the menu in the modal with all photos, and the message in the thread."""

from bot.orders.progress import Photo
from bot.slack import blocks, constants
from bot.slack.blocks import Block
from bot.slack.limits import LIMITS
from bot.slack.render import buttons
from bot.slack.render.models import Card, CardPicture, OrderView
from bot.slack.text import card_pictures as picture_text
from bot.slack.text import orders as order_text
from bot.slack.text.pictures import photo_name


def may_be_paired(photo: Photo) -> bool:
    """Whether Autoenhance may have both previews, and an option can hold the photo's ID."""
    id_ = photo.image_id
    return photo.word == "done" and 0 < len(id_) <= LIMITS.option and id_.isascii() and id_.isprintable()


def before_and_after(view: OrderView, channel_id: str, thread_ts: str) -> list[Block]:
    """The menu of the photos that are done, by name. Empty where there are none."""
    found = {each.image_id: each.name for each in view.progress.photos if may_be_paired(each)}
    options = sorted(((photo_name(name), id_) for id_, name in found.items()), key=_by_name)
    if not options:
        return []
    menu = blocks.select(constants.BEFORE_AND_AFTER, options, placeholder=picture_text.BEFORE_AND_AFTER)
    said = picture_text.pairs_offered(len(options), LIMITS.choices)
    block = blocks.section(said, accessory=menu)
    return [block | {"block_id": buttons.in_thread(view.order, channel_id, thread_ts)}]


def _by_name(option: tuple[str, str]) -> tuple[str, str, str]:
    name, id_ = option
    return name.casefold(), name, id_


def pair_card(name: str, picture: CardPicture, by: str) -> Card:
    """`by`: the user who asked for it."""
    said = picture_text.pair_of(name)
    drawn = [
        blocks.section(said),
        blocks.image(picture.file_id, picture.alt_text),
        blocks.context(order_text.shared_by(by)),
    ]
    return Card(text=said, blocks=drawn)
