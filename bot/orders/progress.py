"""The progress of an order: its state, its counts, its failures and its odd settings."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter, not_
from typing import Annotated, Any, NamedTuple

from pydantic import Field, StringConstraints

from bot.orders.base import frozen
from bot.orders.ids import shortened
from bot.orders.models import Image, Order, PhotoCount

_MAX_STATUS_CHARACTERS = 40


class State(StrEnum):
    DELETED = "deleted"
    GROUPING = "grouping"
    ENHANCING = "enhancing"
    WAITING = "waiting"  # for photos
    ATTENTION = "attention"  # some photos failed, or some expired: see `Counts.only_expired`
    FAILED = "failed"  # all of them
    READY = "ready"  # or Autoenhance has stopped, and does not say how its photos are: see `Counts.unstated`
    OTHER = "other"  # `Counts.word` is Autoenhance's own word for it


@frozen
class Counts:
    """The numbers of an order's photos. They fit into a button's value, and show what changed since.

    `total` is the larger of what Autoenhance announces and what it lists. `waiting` counts photos of which
    Autoenhance says that they are not done, failed or expired, and those that it does not list.

    Earlier versions of the bot counted expired photos as failed, and read what this one stores.
    """

    state: State
    word: Annotated[str, StringConstraints(max_length=_MAX_STATUS_CHARACTERS)] = ""
    total: PhotoCount
    done: PhotoCount
    failed: PhotoCount
    waiting: PhotoCount
    expired: Annotated[PhotoCount, Field(exclude_if=not_)] = 0  # kept too long. They did not fail

    @property
    def settled(self) -> int:
        """Photos that Autoenhance does not work on any more."""
        return self.done + self.failed + self.expired

    @property
    def only_expired(self) -> bool:
        """The state "expired". It is no `State`: an earlier version that runs beside this one knows none."""
        return self.state is State.ATTENTION and self.expired > 0 and not self.failed

    @property
    def unstated(self) -> int:
        """Photos without a status, in an order whose photos have none. Newer accounts may get such orders."""
        return max(0, self.total - self.settled - self.waiting)


class Photo(NamedTuple):
    """`word` is done, failed, expired, waiting, processing, unknown, or another status of Autoenhance's.

    Where several photos of an order have one file name, `name` says which of them it is.
    """

    name: str
    word: str
    reason: str
    image_id: str = ""  # empty where the answer has none


@dataclass(frozen=True)
class Failure:
    """Photos that failed for one reason. It is "" when none was given, and "expired" for expired photos."""

    reason: str
    names: tuple[str, ...]


class Difference(NamedTuple):
    """A setting's value of some photos, and the value of most photos."""

    setting: str
    value: str
    usual: str


@dataclass(frozen=True)
class OddPhotos:
    """Photos with the same differences from most photos of their order."""

    names: tuple[str, ...]
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class Progress:
    """All that a card shows of an order's photos."""

    tally: Counts
    listed: int  # photos in the answer
    announced: int | None  # `total_images`; None if the answer has none
    downloaded: int
    photos: tuple[Photo, ...]
    failures: tuple[Failure, ...]  # most photos first
    odd: tuple[OddPhotos, ...]


def progress_of(order: Order) -> Progress:
    photos = _photos(order.photos)
    return Progress(
        tally=_tally(order, [photo.word for photo in photos]),
        listed=len(photos),
        announced=order.total_images,
        downloaded=[image.downloaded for image in order.photos].count(True),
        photos=photos,
        failures=_failures(photos),
        odd=_odd_photos(order.photos, photos),
    )


# The statuses of Autoenhance's SDK 1.0.3. Later SDKs name none.
_STATUS_WORDS = {"processed": "done", "error": "failed"} | {
    word: word for word in ("done", "failed", "expired", "waiting", "processing")
}
_FAILED = ("failed", "expired")
_UNSTATED = "unknown"
_WITH_REASON = (*_FAILED, _UNSTATED)
_NO_ERROR = {"", "false", "none", "null"}  # as text


def _photos(images: Sequence[Image]) -> tuple[Photo, ...]:
    """Two cameras may give one file name to two photos. Each name that repeats gets its place in the list."""
    names = [
        (image.image_name or "").strip() or shortened(image.image_id or f"photo {number}")
        for number, image in enumerate(images, 1)
    ]
    uses = Counter(names)
    if len(uses) < len(names):
        names = [f"{name} (photo {n})" if uses[name] > 1 else name for n, name in enumerate(names, 1)]
    return tuple(map(_photo, names, images))


def _photo(name: str, image: Image) -> Photo:
    word = _STATUS_WORDS.get(image.status or "") or _word(image)  # nearly all are spelled as documented
    return Photo(name, word, _reason(image) if word in _WITH_REASON else "", image.image_id or "")


def _word(image: Image) -> str:
    if status := (image.status or "").strip():
        return _STATUS_WORDS.get(status.lower(), status)
    if image.error and str(image.error).strip().lower() not in _NO_ERROR:
        return "failed"
    if image.downloaded:
        return "done"
    return {True: "done", False: "waiting", None: _UNSTATED}[image.enhanced]


# No real `status_reason` is known. These are the names that programs give to the sentence in an error.
_MESSAGE_FIELDS = ("message", "detail", "reason", "description", "error", "title", "msg")


def _reason(image: Image) -> str:
    try:
        given = " ".join((_message(image.status_reason) or _message(image.error)).split())
    except RecursionError:  # an object in an object in an object …
        return ""
    return given.encode(errors="replace").decode()


def _message(given: object) -> str:
    """The sentence in a reason. An object without one is shown with all that it has."""
    if isinstance(given, dict):
        named = (_message(given.get(field)) for field in _MESSAGE_FIELDS)
        stated = (f"{key}: {said}" for key, value in given.items() if (said := _message(value)))
        return next(filter(None, named), "") or ", ".join(stated)
    if isinstance(given, list | tuple):
        return ", ".join(filter(None, map(_message, given)))
    said = "" if given is None else str(given).strip()
    return "" if said.lower() in {"true", *_NO_ERROR} else said


def _tally(order: Order, words: Sequence[str]) -> Counts:
    done, failed, expired = map(words.count, ("done", *_FAILED))
    # Where other photos wait, one without a status has only just come.
    unstated = words.count(_UNSTATED) if {"done", *_FAILED, _UNSTATED}.issuperset(words) else 0
    total = max(order.total_images or 0, len(words))
    state = _state(
        order,
        listed=len(words),
        done=done,
        failed=failed,
        expired=expired,
        unstated=unstated,
    )
    word = _order_word(order, words) if state is State.OTHER else ""
    waiting = 0 if state is State.DELETED else total - done - failed - expired - unstated
    return Counts(
        state=state, word=word, total=total, done=done, failed=failed, waiting=waiting, expired=expired
    )


def _state(order: Order, *, listed: int, done: int, failed: int, expired: int, unstated: int) -> State:
    """The first state that applies. Grouping comes early, because `images` is empty during grouping.

    Of photos without a status, the order itself must say that nobody works on them.
    """
    status = (order.status or "").strip().lower()
    has_processing_status = status == "processing"
    has_stopped = status == "processed" or (not status and order.is_processing is False)
    first_match = (
        (order.is_deleted, State.DELETED),
        (order.is_merging, State.GROUPING),
        (has_processing_status if order.is_processing is None else order.is_processing, State.ENHANCING),
        (listed == 0, State.WAITING),
        (failed == listed, State.FAILED),
        (failed + expired > 0, State.ATTENTION),
        (done == listed, State.READY),
        (has_stopped and done + unstated == listed, State.READY),
    )
    return next((state for applies, state in first_match if applies), State.OTHER)


def _order_word(order: Order, words: Sequence[str]) -> str:
    stated = (order.status or "").strip()
    return stated[:_MAX_STATUS_CHARACTERS] or ("waiting" if "waiting" in words else "")


def _failures(photos: Iterable[Photo]) -> tuple[Failure, ...]:
    by_reason: dict[str, list[str]] = {}
    for photo in photos:
        if photo.word in _FAILED:
            by_reason.setdefault("expired" if photo.word == "expired" else photo.reason, []).append(
                photo.name
            )
    failures = [Failure(reason, tuple(names)) for reason, names in by_reason.items()]
    return tuple(sorted(failures, key=lambda failure: -len(failure.names)))


class _Settings(NamedTuple):
    """The settings of a photo that are compared. None is "not stated", and counts as no difference."""

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
    ("clouds", lambda kind: None if kind.sky_replacement is False else kind.cloud_type),
    ("window_pull", lambda kind: kind.window_pull_type or _ON_OFF[kind.window_pull]),
)


def _odd_photos(images: Sequence[Image], photos: Sequence[Photo]) -> tuple[OddPhotos, ...]:
    """Groups the photos by what differs, each photo by its place in the list and not by its name."""
    differences: dict[tuple[int, ...], list[Difference]] = {}
    for difference, those in _differences(images):
        differences.setdefault(those, []).append(difference)
    return tuple(
        OddPhotos(tuple(photos[each].name for each in those), tuple(found))
        for those, found in differences.items()
    )


def _differences(images: Sequence[Image]) -> Iterable[tuple[Difference, tuple[int, ...]]]:
    """Each difference with the places of its photos.

    Groups the photos once by all their settings, as a thousand photos have few combinations.
    """
    kinds: dict[tuple[Any, ...], list[int]] = {}
    for index, image in enumerate(images):
        kinds.setdefault(_settings_of(image), []).append(index)
    for setting, value_of in _COMPARED:
        alike: dict[str, list[int]] = {}
        for kind, those in kinds.items():
            if value := value_of(_Settings(*kind)):
                alike.setdefault(value, []).extend(those)
        (usual, _), *odd = sorted(alike.items(), key=lambda item: -len(item[1])) or [("", [])]
        for value, those in odd:
            yield Difference(setting, value, usual), tuple(sorted(those))
