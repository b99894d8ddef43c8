"""What an order is up to."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from typing import Annotated, Any, NamedTuple

from pydantic import NonNegativeInt, StringConstraints

from bot.orders.base import frozen
from bot.orders.ids import shortened
from bot.orders.models import Image, Order

_MAX_STATUS_CHARACTERS = 40


class State(StrEnum):
    DELETED = "deleted"
    GROUPING = "grouping"
    ENHANCING = "enhancing"
    WAITING = "waiting"  # for photos
    ATTENTION = "attention"  # some photos failed
    FAILED = "failed"  # all of them
    READY = "ready"
    OTHER = "other"  # what Autoenhance says about it is in `Counts.word`


@frozen
class Counts:
    """An order in a few numbers: small enough for a button, enough to tell what changed since.

    `total` is the larger of what Autoenhance announces and what it lists. `failed` counts errors and
    expired photos, `waiting` everything neither done nor failed.
    """

    state: State
    word: Annotated[str, StringConstraints(max_length=_MAX_STATUS_CHARACTERS)] = ""
    total: NonNegativeInt
    done: NonNegativeInt
    failed: NonNegativeInt
    waiting: NonNegativeInt


class Photo(NamedTuple):
    """`word` is done, failed, expired, waiting, processing, unknown, or what else Autoenhance calls it."""

    name: str
    word: str
    reason: str


@dataclass(frozen=True)
class Failure:
    """Photos that failed for one reason; "" when none was given, "expired" for those kept too long."""

    reason: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class OddSetting:
    """A setting in which photos of one order differ: what most have, and who has something else."""

    setting: str
    usual: str
    odd: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Progress:
    """`announced` is what `total_images` said, None for nothing; `listed` counts the photos that came."""

    tally: Counts
    listed: int
    announced: int | None
    downloaded: int
    photos: tuple[Photo, ...]
    failures: tuple[Failure, ...]  # most photos first
    odd: tuple[OddSetting, ...]


def progress_of(order: Order) -> Progress:
    photos = tuple(_photo(number, image) for number, image in enumerate(order.photos, 1))
    return Progress(
        tally=_tally(order, [photo.word for photo in photos]),
        listed=len(photos),
        announced=order.total_images,
        downloaded=sum(image.downloaded is True for image in order.photos),
        photos=photos,
        failures=_failures(photos),
        odd=tuple(_odd_settings(order.photos, photos)),
    )


# The vendor's words are those of its SDK 1.0.3; later ones no longer name any.
_WORDS = {"processed": "done", "error": "failed"} | {
    word: word for word in ("done", "failed", "expired", "waiting", "processing")
}
_FAILED = ("failed", "expired")


def _photo(number: int, image: Image) -> Photo:
    name = (image.image_name or "").strip() or shortened(image.image_id or f"photo {number}")
    word = _word(image)
    return Photo(name, word, _reason(image) if word in _FAILED else "")


def _word(image: Image) -> str:
    if status := (image.status or "").strip():
        return _WORDS.get(status.lower(), status)
    if image.error:
        return "failed"
    return {True: "done", False: "waiting", None: "unknown"}[image.enhanced]


def _reason(image: Image) -> str:
    """No real `status_reason` was ever seen: it may be a text, or an object to be shown as it is."""
    given = image.status_reason or image.error
    return "" if given in (None, True, False) else " ".join(str(given).split())


def _tally(order: Order, words: Sequence[str]) -> Counts:
    done, failed = words.count("done"), sum(map(words.count, _FAILED))
    total = max(order.total_images or 0, len(words))
    state = _state(order, listed=len(words), done=done, failed=failed, expired=words.count("expired"))
    word = _order_word(order, words) if state is State.OTHER else ""
    return Counts(
        state=state, word=word, total=total, done=done, failed=failed, waiting=total - done - failed
    )


def _state(order: Order, *, listed: int, done: int, failed: int, expired: int) -> State:
    """The first that applies; grouping comes early because `images` is empty meanwhile.

    Expired photos were kept too long: they need attention, but the order did not fail.
    """
    says_so = (order.status or "").strip().lower() == "processing"
    first_match = (
        (order.is_deleted, State.DELETED),
        (order.is_merging, State.GROUPING),
        (says_so if order.is_processing is None else order.is_processing, State.ENHANCING),
        (listed == 0, State.WAITING),
        (failed == listed and not expired, State.FAILED),
        (failed > 0, State.ATTENTION),
        (done == listed, State.READY),
    )
    return next((state for applies, state in first_match if applies), State.OTHER)


def _order_word(order: Order, words: Sequence[str]) -> str:
    stated = (order.status or "").strip()
    return stated[:_MAX_STATUS_CHARACTERS] or ("waiting" if "waiting" in words else "")


def _failures(photos: Iterable[Photo]) -> tuple[Failure, ...]:
    by_reason: dict[str, list[str]] = {}
    for name, word, reason in photos:
        if word in _FAILED:
            by_reason.setdefault("expired" if word == "expired" else reason, []).append(name)
    failures = [Failure(reason, tuple(names)) for reason, names in by_reason.items()]
    return tuple(sorted(failures, key=lambda failure: -len(failure.names)))


class _Settings(NamedTuple):
    """What of a photo is compared; None is "not stated", and differs from nothing."""

    ai_version: str | None
    enhance_type: str | None
    sky_replacement: bool | None
    cloud_type: str | None
    window_pull: bool | None
    window_pull_type: str | None


_settings_of = attrgetter(*_Settings._fields)
_ON_OFF = {True: "on", False: "off", None: None}
_COMPARED: tuple[tuple[str, Callable[[_Settings], str | None]], ...] = (
    ("ai_version", lambda kind: kind.ai_version),
    ("enhance_type", lambda kind: kind.enhance_type),
    ("sky", lambda kind: _ON_OFF[kind.sky_replacement]),
    ("sky", lambda kind: None if kind.sky_replacement is False else kind.cloud_type),
    ("window_pull", lambda kind: kind.window_pull_type or _ON_OFF[kind.window_pull]),
)


def _odd_settings(images: Sequence[Image], photos: Sequence[Photo]) -> Iterable[OddSetting]:
    """Of a thousand photos there are few kinds: they are sorted by all their settings once."""
    kinds: dict[tuple[Any, ...], list[int]] = {}
    for index, image in enumerate(images):
        kinds.setdefault(_settings_of(image), []).append(index)
    for setting, value_of in _COMPARED:
        alike: dict[str, list[int]] = {}
        for kind, those in kinds.items():
            if value := value_of(_Settings(*kind)):
                alike.setdefault(value, []).extend(those)
        if len(alike) > 1:
            (usual, _), *odd = sorted(alike.items(), key=lambda item: -len(item[1]))
            named = ((value, tuple(photos[each].name for each in sorted(those))) for value, those in odd)
            yield OddSetting(setting, usual, tuple(named))
