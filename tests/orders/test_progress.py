"""The state and the counts of an order."""

from typing import Any

import pytest

from bot.orders.models import Order
from bot.orders.progress import Counts, Failure, OddSetting, Photo, Progress, State, progress_of

DONE, WAITING, BROKEN, EXPIRED = ({"status": s} for s in ("processed", "waiting", "error", "expired"))
IDLE, PAID = {"is_processing": False}, {"downloaded": True}
OLD_DONE, OLD_BROKEN, OLD_WAITING = {"enhanced": True}, {"error": True}, {"enhanced": False, "error": False}


def progress(*images: dict[str, Any], **order: Any) -> Progress:
    named = [{"image_name": f"{number}.jpg"} | image for number, image in enumerate(images, 1)]
    return progress_of(Order.model_validate({"images": named, **order}))


@pytest.mark.parametrize(
    ("images", "order", "state"),
    [
        pytest.param([DONE], {"is_deleted": True, "is_merging": True}, State.DELETED, id="deleted above all"),
        pytest.param(
            [], {"is_merging": True, "is_processing": True}, State.GROUPING, id="grouping hides photos"
        ),
        pytest.param([BROKEN], {"is_processing": True}, State.ENHANCING, id="enhancing above failures"),
        pytest.param([], {"is_processing": True}, State.ENHANCING, id="enhancing, none listed"),
        pytest.param([DONE], {"status": "Processing"}, State.ENHANCING, id="processing by its status"),
        pytest.param(
            [DONE], {"status": "processing", "is_processing": False}, State.READY, id="flag above status"
        ),
        pytest.param([], {}, State.WAITING, id="no photos"),
        pytest.param([], {"images": None}, State.WAITING, id="photos null"),
        pytest.param([], {"total_images": 3}, State.WAITING, id="announced and not listed"),
        pytest.param([DONE, BROKEN], {}, State.ATTENTION, id="one failed"),
        pytest.param([DONE, EXPIRED], {}, State.ATTENTION, id="one expired"),
        pytest.param([WAITING, BROKEN], {}, State.ATTENTION, id="failed above waiting"),
        pytest.param([BROKEN, BROKEN], {}, State.FAILED, id="all failed"),
        pytest.param([BROKEN, EXPIRED], {}, State.ATTENTION, id="failed and expired"),
        pytest.param([DONE, DONE], {}, State.READY, id="all processed"),
        pytest.param([{"status": " PROCESSED "}], {}, State.READY, id="in capitals"),
        pytest.param([DONE], {"total_images": 4}, State.READY, id="all that are listed"),
        pytest.param([OLD_DONE, OLD_DONE], {}, State.READY, id="older generation, done"),
        pytest.param([OLD_DONE, OLD_BROKEN], {}, State.ATTENTION, id="older generation, failed"),
        pytest.param([DONE, WAITING], {}, State.OTHER, id="waiting"),
        pytest.param([DONE, {}], {}, State.OTHER, id="a photo that says nothing, nor does the order"),
        pytest.param([{}, {}], IDLE, State.READY, id="no photo says anything"),
        pytest.param([{}, {}], IDLE | {"is_merging": True}, State.GROUPING, id="silent, grouping"),
        pytest.param([{}, {}], {"is_processing": True}, State.ENHANCING, id="silent, working"),
        pytest.param([{}, {}], {}, State.OTHER, id="nobody says anything"),
        pytest.param([{}, {}], {"status": "processed"}, State.READY, id="silent, the order is processed"),
        pytest.param([{}, {}], IDLE | {"status": "error"}, State.OTHER, id="silent, the order failed"),
        pytest.param([{}, {}], IDLE | {"status": "waiting"}, State.OTHER, id="silent, the order waits"),
        pytest.param([], IDLE, State.WAITING, id="nothing works on no photos"),
        pytest.param([DONE, {}], IDLE, State.READY, id="one photo says nothing"),
        pytest.param([WAITING, {}], IDLE, State.OTHER, id="one photo says that it waits"),
        pytest.param([BROKEN, {}], IDLE, State.ATTENTION, id="one photo failed, the other says nothing"),
        pytest.param([PAID, PAID], {}, State.READY, id="all downloaded"),
        pytest.param([PAID, {}], IDLE, State.READY, id="some downloaded"),
        pytest.param([PAID], {"is_processing": True}, State.ENHANCING, id="downloaded, working again"),
    ],
)
def test_the_first_state_that_applies_wins(
    images: list[dict[str, Any]], order: dict[str, Any], state: State
) -> None:
    """States are tried in the order of product.md."""
    assert progress(*images, **order).tally.state is state


@pytest.mark.parametrize(
    ("images", "status", "word"),
    [
        pytest.param([DONE, WAITING], "Archived", "Archived", id="as it came"),
        pytest.param([DONE, WAITING], "x" * 50, "x" * 40, id="cut"),
        pytest.param([DONE, WAITING], None, "waiting", id="none, a photo waits"),
        pytest.param([DONE, {"status": "paused"}], " ", "", id="none, no photo waits"),
        pytest.param([DONE], "Archived", "", id="not needed"),
    ],
)
def test_an_unknown_state_keeps_its_own_word(
    images: list[dict[str, Any]], status: str | None, word: str
) -> None:
    """Only the state OTHER has Autoenhance's own word."""
    assert progress(*images, status=status).tally.word == word


def test_photos_are_counted() -> None:
    """Expired photos count as failures. A photo that is neither done nor failed waits, listed or not."""
    found = progress(DONE, DONE, BROKEN, EXPIRED, WAITING, {"status": "paused"}, total_images=9)
    assert found.tally == Counts(state=State.ATTENTION, word="", total=9, done=2, failed=2, waiting=5)
    assert (found.listed, found.announced) == (6, 9)


@pytest.mark.parametrize(
    ("images", "order", "counted"),
    [
        pytest.param([{}] * 3, IDLE, (3, 0, 0, 3), id="finished"),
        pytest.param([{}] * 3, {"is_processing": True}, (3, 0, 0, 3), id="working"),
        pytest.param([PAID, {}, BROKEN], IDLE, (3, 1, 0, 1), id="beside one that was downloaded"),
        pytest.param([{}] * 3, IDLE | {"total_images": 5}, (5, 0, 2, 3), id="not all listed"),
        pytest.param([{}, WAITING, DONE], IDLE, (3, 1, 2, 0), id="beside one that waits"),
        pytest.param([DONE] * 3, IDLE, (3, 3, 0, 0), id="none"),
    ],
)
def test_photos_that_say_nothing_are_neither_done_nor_waiting(
    images: list[dict[str, Any]], order: dict[str, Any], counted: tuple[int, ...]
) -> None:
    """In an order whose photos have a status, one without it has just not begun."""
    tally = progress(*images, **order).tally
    assert (tally.total, tally.done, tally.waiting, tally.unstated) == counted


def test_nothing_waits_in_a_deleted_order() -> None:
    """Nobody will work on its photos."""
    tally = progress(DONE, WAITING, {}, is_deleted=True, total_images=7).tally
    assert (tally.state, tally.done, tally.waiting) == (State.DELETED, 1, 0)


def test_the_larger_number_is_the_total() -> None:
    """A stated total that is too small or missing hides no listed photo."""
    assert progress(DONE, DONE, total_images=1).tally.total == 2
    assert progress(DONE, DONE).announced is None


def test_paid_downloads_are_counted() -> None:
    """Only a clear yes counts as a download."""
    assert progress({"downloaded": True}, {"downloaded": False}, {}).downloaded == 1


@pytest.mark.parametrize(
    ("image", "photo"),
    [
        pytest.param(DONE, Photo("1.jpg", "done", ""), id="done"),
        pytest.param({"status": "Waiting"}, Photo("1.jpg", "waiting", ""), id="waiting"),
        pytest.param({"status": "PROCESSING"}, Photo("1.jpg", "processing", ""), id="processing"),
        pytest.param({"status": "On hold"}, Photo("1.jpg", "On hold", ""), id="another word"),
        pytest.param({}, Photo("1.jpg", "unknown", ""), id="nothing said"),
        pytest.param({"status_reason": "Busy"}, Photo("1.jpg", "unknown", "Busy"), id="only a reason"),
        pytest.param(PAID, Photo("1.jpg", "done", ""), id="downloaded"),
        pytest.param(
            PAID | OLD_WAITING, Photo("1.jpg", "done", ""), id="downloaded, whatever it said before"
        ),
        pytest.param(PAID | BROKEN, Photo("1.jpg", "failed", ""), id="downloaded, and failed since"),
        pytest.param(PAID | OLD_BROKEN, Photo("1.jpg", "failed", ""), id="downloaded, and failed, older"),
        pytest.param(PAID | WAITING, Photo("1.jpg", "waiting", ""), id="downloaded, and waits again"),
        pytest.param({"error": "False"}, Photo("1.jpg", "unknown", ""), id="no error, as text"),
        pytest.param({"error": " "}, Photo("1.jpg", "unknown", ""), id="an empty error"),
        pytest.param(
            OLD_DONE | {"error": "false"}, Photo("1.jpg", "done", ""), id="older, no error, as text"
        ),
        pytest.param({"error": "true"}, Photo("1.jpg", "failed", ""), id="an error, as text"),
        pytest.param(
            {"error": "true", "status_reason": "Dark"},
            Photo("1.jpg", "failed", "Dark"),
            id="older, reason beside",
        ),
        pytest.param(
            BROKEN | {"status_reason": " too\n dark "}, Photo("1.jpg", "failed", "too dark"), id="reason"
        ),
        pytest.param(BROKEN | {"status_reason": {"a": 1}}, Photo("1.jpg", "failed", "{'a': 1}"), id="object"),
        pytest.param(BROKEN, Photo("1.jpg", "failed", ""), id="no reason"),
        pytest.param(DONE | {"status_reason": "fine"}, Photo("1.jpg", "done", ""), id="a reason to be done"),
        pytest.param(OLD_DONE, Photo("1.jpg", "done", ""), id="older, done"),
        pytest.param(OLD_WAITING, Photo("1.jpg", "waiting", ""), id="older, waiting"),
        pytest.param(OLD_BROKEN, Photo("1.jpg", "failed", ""), id="older, failed"),
        pytest.param({"error": "Too dark"}, Photo("1.jpg", "failed", "Too dark"), id="older, with a reason"),
        pytest.param(OLD_DONE | OLD_BROKEN, Photo("1.jpg", "failed", ""), id="older, both"),
        pytest.param(DONE | OLD_BROKEN, Photo("1.jpg", "done", ""), id="status above flags"),
        pytest.param(
            DONE | {"image_name": " ", "image_id": "i" * 36}, Photo("iiiiiiii…", "done", ""), id="nameless"
        ),
        pytest.param(DONE | {"image_name": None}, Photo("photo 1", "done", ""), id="without name and id"),
    ],
)
def test_a_photo_is_shown_with_name_word_and_reason(image: dict[str, Any], photo: Photo) -> None:
    """Both API generations give the same few words."""
    assert progress(image).photos == (photo,)


def test_failures_are_grouped_by_reason() -> None:
    """The reason with most photos comes first. Expired photos share one reason, whatever was said."""
    dark, blurred = BROKEN | {"status_reason": "dark"}, BROKEN | {"status_reason": "blurred"}
    expired = EXPIRED | {"status_reason": "45 days"}
    assert progress(blurred, BROKEN, dark, DONE, expired, dark, EXPIRED).failures == (
        Failure("dark", ("3.jpg", "6.jpg")),
        Failure("expired", ("5.jpg", "7.jpg")),
        Failure("blurred", ("1.jpg",)),
        Failure("", ("2.jpg",)),
    )


@pytest.mark.parametrize(
    ("images", "odd"),
    [
        pytest.param(
            [{"ai_version": v} for v in ("4.7", "5.3", "5.3", None, "dev")],
            OddSetting("ai_version", "5.3", (("4.7", ("1.jpg",)), ("dev", ("5.jpg",)))),
            id="AI version",
        ),
        pytest.param(
            [{"enhance_type": v} for v in ("warm", "property", "property")],
            OddSetting("enhance_type", "property", (("warm", ("1.jpg",)),)),
            id="enhance type",
        ),
        pytest.param(
            [{"sky_replacement": v, "cloud_type": "CLEAR"} for v in (True, True, False)],
            OddSetting("sky", "on", (("off", ("3.jpg",)),)),
            id="sky",
        ),
        pytest.param(
            [{"sky_replacement": True, "cloud_type": v} for v in ("CLEAR", "CLEAR", "LOW_CLOUD", None)],
            OddSetting("sky", "CLEAR", (("LOW_CLOUD", ("3.jpg",)),)),
            id="clouds",
        ),
        pytest.param(
            [{"window_pull_type": v} for v in ("NONE", "ONLY_WINDOWS", "ONLY_WINDOWS")],
            OddSetting("window_pull", "ONLY_WINDOWS", (("NONE", ("1.jpg",)),)),
            id="window pull",
        ),
        pytest.param(
            [{"window_pull": v} for v in (False, False, True)],
            OddSetting("window_pull", "off", (("on", ("3.jpg",)),)),
            id="window pull of the older generation",
        ),
    ],
)
def test_photos_with_other_settings_are_named(images: list[dict[str, Any]], odd: OddSetting) -> None:
    """The setting of most photos is the usual one. A setting that is not stated does not differ."""
    assert progress(*images).odd == (odd,)


def test_odd_photos_keep_their_order_whatever_else_differs() -> None:
    """Photos that share one setting and not another are named in the order of the list."""
    images = [
        {"enhance_type": kind, "ai_version": version}
        for kind, version in (
            ("warm", "4"),
            ("warm", "5"),
            ("warm", "4"),
            *[("property", "5")] * 4,
        )
    ]

    assert progress(*images).odd == (
        OddSetting("ai_version", "5", (("4", ("1.jpg", "3.jpg")),)),
        OddSetting("enhance_type", "property", (("warm", ("1.jpg", "2.jpg", "3.jpg")),)),
    )


def test_clouds_do_not_matter_without_a_sky() -> None:
    """A cloud type without sky replacement is no difference."""
    off = {"sky_replacement": False}
    assert progress(off | {"cloud_type": "CLEAR"}, off | {"cloud_type": "HIGH_CLOUD"}, off).odd == ()
