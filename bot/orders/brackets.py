"""The brackets of an order: the exposures that Autoenhance merges into its photos.

Autoenhance sometimes misses a bracket, and enhances it as a photo of its own. Downloading that photo costs
a credit. Nothing is claimed where the answer does not say which bracket belongs to which photo.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated, Self

from pydantic import Field, StringConstraints

from bot.core.errors import OrderTooLarge, Unavailable
from bot.orders.base import frozen
from bot.orders.ids import shortened
from bot.orders.models import Answer, Body, Image, Order, check_size, json_object, without_odd_fields

MAX_BRACKETS = 50_000  # more than the longest answer that is read can list
MAX_NAMES = 5  # that are kept and shown
MAX_NAME_CHARACTERS = 80
USUAL_PERCENT = 80  # of the photos must have the same number of brackets before another one is odd
SEVERAL = 2  # brackets, at least, make an HDR photo


class Bracket(Answer):
    bracket_id: str | None = None
    image_id: str | None = None  # the photo that it became a part of. Not in every API version
    order_id: str | None = None
    name: str | None = None
    is_uploaded: bool | None = None


Count = Annotated[int, Field(ge=0, le=MAX_BRACKETS)]
_Name = Annotated[str, StringConstraints(max_length=MAX_NAME_CHARACTERS)]


@frozen
class Names:
    """The first names of several files, and how many files there are."""

    first: tuple[_Name, ...] = ()
    count: Count = 0

    @classmethod
    def of(cls, names: Iterable[str]) -> Self:
        found = [" ".join(name.split())[:MAX_NAME_CHARACTERS] for name in names]
        return cls(first=tuple(filter(None, found))[:MAX_NAMES], count=len(found))


@frozen
class BracketFacts:
    """What was seen of an order's brackets. It is kept with a watch."""

    total: Count
    photos: Count  # that the order listed then
    single: Names = Names()  # photos made of one bracket, where nearly all have the same larger number
    unfinished: Names = Names()  # brackets whose upload has not finished
    all_uploaded: bool = False


def parse_brackets(body: Body) -> tuple[Bracket, ...]:
    """The answer of `GET /v3/orders/{id}/brackets`. A field of the wrong type counts as missing.

    Raises Unavailable for a body that is no JSON object, or in which `brackets` is missing or no list.
    Raises OrderTooLarge for more than MAX_BRACKETS brackets or MAX_VALUES values.
    """
    check_size(body)
    listed = json_object(body).get("brackets", "missing")
    if not isinstance(listed, list | None):
        raise Unavailable("Autoenhance answered with something that is no list of brackets")
    if len(listed or ()) > MAX_BRACKETS:
        raise OrderTooLarge("the order has too many brackets")
    return tuple(without_odd_fields(Bracket, raw) for raw in listed or () if isinstance(raw, dict))


def facts(brackets: Sequence[Bracket], order: Order) -> BracketFacts | None:
    """None where there is nothing to say: no brackets, or a deleted order."""
    if not brackets or order.is_deleted:
        return None
    uploads = [bracket.is_uploaded for bracket in brackets]
    unfinished = (bracket for bracket in brackets if bracket.is_uploaded is False)
    return BracketFacts(
        total=len(brackets),
        photos=len(order.photos),
        single=Names.of(_single(brackets, order)),
        unfinished=Names.of(_name(each.name, each.bracket_id) for each in unfinished),
        all_uploaded=uploads.count(True) == len(uploads),
    )


def _single(brackets: Sequence[Bracket], order: Order) -> list[str]:
    """The names of the photos that may be a bracket on their own.

    An order that was grouped again lists photos without a bracket, or brackets of photos that are gone.
    Of two photos with one name, nobody could tell which is meant.
    """
    counts = _brackets_of_photos(brackets, order)
    if not counts:
        return []
    usual, photos = Counter(counts.values()).most_common(1)[0]
    if usual < SEVERAL or 100 * photos < USUAL_PERCENT * len(counts):
        return []
    names = Counter(_photo_name(image) for image in order.photos)
    single = (image for image in order.photos if counts[image.image_id or ""] == 1)
    return [name for image in single if names[name := _photo_name(image)] == 1]


def _brackets_of_photos(brackets: Sequence[Bracket], order: Order) -> dict[str, int]:
    """How many brackets each photo has, by its ID. Empty where that is not known of every photo.

    A bracket that is not uploaded yet is no part of a photo.
    """
    counts = {image.image_id: 0 for image in order.photos if image.image_id}
    announced = len(counts) if order.total_images is None else order.total_images
    if order.is_merging or not len(counts) == len(order.photos) == announced:
        return {}
    for bracket in brackets:
        if bracket.image_id is None and bracket.is_uploaded is False:
            continue
        if bracket.image_id not in counts:
            return {}
        counts[bracket.image_id] += 1
    return counts if all(counts.values()) else {}


def _photo_name(image: Image) -> str:
    return _name(image.image_name, image.image_id)


def _name(name: str | None, id_: str | None) -> str:
    return (name or "").strip() or shortened(id_ or "")
