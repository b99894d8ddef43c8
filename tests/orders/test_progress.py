"""The state and the counts of an order."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from bot.orders.models import Order
from bot.orders.progress import (
    Counts,
    Difference,
    Failure,
    OddPhotos,
    Photo,
    Progress,
    State,
    progress_of,
)

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
    """A photo that is not done, failed or expired waits, listed or not."""
    found = progress(DONE, DONE, BROKEN, EXPIRED, WAITING, {"status": "paused"}, total_images=9)
    assert found.tally == Counts(
        state=State.ATTENTION, word="", total=9, done=2, failed=1, expired=1, waiting=5
    )
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


@pytest.mark.parametrize(
    ("images", "is_expired"),
    [
        pytest.param([EXPIRED], True, id="all"),
        pytest.param([EXPIRED, DONE, WAITING], True, id="some"),
        pytest.param([EXPIRED, BROKEN], False, id="one failed"),
        pytest.param([DONE], False, id="none"),
    ],
)
def test_an_order_with_expired_photos_alone_is_expired(
    images: list[dict[str, Any]], *, is_expired: bool
) -> None:
    """It needs attention when a photo failed as well."""
    assert progress(*images).tally.only_expired is is_expired
    assert not progress(*images, is_processing=True).tally.only_expired


def test_expired_photos_are_settled() -> None:
    """Nobody works on them any more, and their status is stated."""
    tally = progress(DONE, BROKEN, EXPIRED, EXPIRED).tally
    assert (tally.settled, tally.waiting, tally.unstated) == (4, 0, 0)


COUNTS: TypeAdapter[Counts] = TypeAdapter(Counts)


def test_counts_of_an_earlier_version_are_read_and_written_letter_by_letter() -> None:
    """They have no expired photos, and keep none."""
    stored = '{"state":"attention","word":"","total":30,"done":29,"failed":1,"waiting":0}'
    assert COUNTS.dump_json(COUNTS.validate_json(stored)).decode() == stored


def test_an_earlier_version_reads_the_counts_of_an_expired_order() -> None:
    """It runs beside this one while a new version is rolled out, so it must know each stored state."""
    stored = COUNTS.dump_python(progress(DONE, EXPIRED).tally, mode="json")
    assert stored["state"] in {
        *("deleted", "grouping", "enhancing", "waiting", "attention", "failed", "ready", "other")
    }
    assert COUNTS.validate_python(stored) == progress(DONE, EXPIRED).tally


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
        pytest.param(
            BROKEN | {"status_reason": {"code": 7, "message": "Too dark"}},
            Photo("1.jpg", "failed", "Too dark"),
            id="object with a message",
        ),
        pytest.param(
            BROKEN | {"status_reason": {"error": {"detail": [{"msg": "Too dark"}]}}},
            Photo("1.jpg", "failed", "Too dark"),
            id="message further inside",
        ),
        pytest.param(
            BROKEN | {"status_reason": {"message": None}, "error": {"message": "Too dark"}},
            Photo("1.jpg", "failed", "Too dark"),
            id="message in the other field",
        ),
        pytest.param(
            BROKEN | {"status_reason": {"a": 1, "b": [2, None]}},
            Photo("1.jpg", "failed", "a: 1, b: 2"),
            id="object without a message",
        ),
        pytest.param(BROKEN | {"status_reason": {}}, Photo("1.jpg", "failed", ""), id="empty object"),
        pytest.param(
            BROKEN | {"status_reason": ["dark", "blurred"]},
            Photo("1.jpg", "failed", "dark, blurred"),
            id="list",
        ),
        pytest.param(BROKEN, Photo("1.jpg", "failed", ""), id="no reason"),
        pytest.param(DONE | {"status_reason": "fine"}, Photo("1.jpg", "done", ""), id="a reason to be done"),
        pytest.param(OLD_DONE, Photo("1.jpg", "done", ""), id="older, done"),
        pytest.param(OLD_WAITING, Photo("1.jpg", "waiting", ""), id="older, waiting"),
        pytest.param(OLD_BROKEN, Photo("1.jpg", "failed", ""), id="older, failed"),
        pytest.param({"error": "Too dark"}, Photo("1.jpg", "failed", "Too dark"), id="older, with a reason"),
        pytest.param(OLD_DONE | OLD_BROKEN, Photo("1.jpg", "failed", ""), id="older, both"),
        pytest.param(DONE | OLD_BROKEN, Photo("1.jpg", "done", ""), id="status above flags"),
        pytest.param(
            DONE | {"image_name": " ", "image_id": "i" * 36},
            Photo("iiiiiiii…", "done", "", "i" * 36),
            id="nameless",
        ),
        pytest.param(DONE | {"image_id": None}, Photo("1.jpg", "done", ""), id="without an id"),
        pytest.param(DONE | {"image_name": None}, Photo("photo 1", "done", ""), id="without name and id"),
    ],
)
def test_a_photo_has_a_name_a_word_a_reason_and_its_id(image: dict[str, Any], photo: Photo) -> None:
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


def odd(*differences: tuple[str, str, str], names: tuple[str, ...]) -> OddPhotos:
    return OddPhotos(names, tuple(Difference(*each) for each in differences))


@pytest.mark.parametrize(
    ("images", "found"),
    [
        pytest.param(
            [{"ai_version": v} for v in ("4.7", "5.3", "5.3", None, "dev")],
            (
                odd(("ai_version", "4.7", "5.3"), names=("1.jpg",)),
                odd(("ai_version", "dev", "5.3"), names=("5.jpg",)),
            ),
            id="AI version",
        ),
        pytest.param(
            [{"enhance_type": v} for v in ("warm", "property", "property")],
            (odd(("enhance_type", "warm", "property"), names=("1.jpg",)),),
            id="enhance type",
        ),
        pytest.param(
            [{"sky_replacement": v, "cloud_type": "CLEAR"} for v in (True, True, False)],
            (odd(("sky", "off", "on"), names=("3.jpg",)),),
            id="sky",
        ),
        pytest.param(
            [{"sky_replacement": True, "cloud_type": v} for v in ("CLEAR", "CLEAR", "LOW_CLOUD", None)],
            (odd(("clouds", "LOW_CLOUD", "CLEAR"), names=("3.jpg",)),),
            id="clouds",
        ),
        pytest.param(
            [{"window_pull_type": v} for v in ("NONE", "ONLY_WINDOWS", "ONLY_WINDOWS")],
            (odd(("window_pull", "NONE", "ONLY_WINDOWS"), names=("1.jpg",)),),
            id="window pull",
        ),
        pytest.param(
            [{"window_pull": v} for v in (False, False, True)],
            (odd(("window_pull", "on", "off"), names=("3.jpg",)),),
            id="window pull of the older generation",
        ),
        pytest.param([{"ai_version": "5.3"}] * 3, (), id="none"),
        pytest.param([{}] * 3, (), id="nothing stated"),
    ],
)
def test_photos_with_other_settings_are_named(
    images: list[dict[str, Any]], found: tuple[OddPhotos, ...]
) -> None:
    """The setting of most photos is the usual one. A setting that is not stated does not differ."""
    assert progress(*images).odd == found


def test_a_photo_that_differs_in_two_settings_is_found_once() -> None:
    """Both differences are of the same photo."""
    usual, other = (
        {"ai_version": "5.3", "sky_replacement": True},
        {"ai_version": "5.2", "sky_replacement": False},
    )
    assert progress(usual, usual, other).odd == (
        odd(("ai_version", "5.2", "5.3"), ("sky", "off", "on"), names=("3.jpg",)),
    )


def test_two_photos_of_one_file_name_are_two_photos() -> None:
    """Two cameras count alike. Each photo keeps its own difference, failure and line, and has its number."""
    usual = DONE | {"ai_version": "5.3", "sky_replacement": True}
    twice = usual | {"image_name": "DSC_0099.jpg"}
    older, blurred = twice | {"ai_version": "5.2"}, twice | BROKEN | {"sky_replacement": False}
    found = progress(usual, usual, usual, older, blurred)

    assert found.odd == (
        odd(("ai_version", "5.2", "5.3"), names=("DSC_0099.jpg (photo 4)",)),
        odd(("sky", "off", "on"), names=("DSC_0099.jpg (photo 5)",)),
    )
    assert found.failures == (Failure("", ("DSC_0099.jpg (photo 5)",)),)
    assert [photo.name for photo in found.photos[2:]] == [
        "3.jpg",
        "DSC_0099.jpg (photo 4)",
        "DSC_0099.jpg (photo 5)",
    ]


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
        odd(("ai_version", "4", "5"), names=("1.jpg", "3.jpg")),
        odd(("enhance_type", "warm", "property"), names=("1.jpg", "2.jpg", "3.jpg")),
    )


def test_clouds_do_not_matter_without_a_sky() -> None:
    """A cloud type without sky replacement is no difference."""
    off = {"sky_replacement": False}
    assert progress(off | {"cloud_type": "CLEAR"}, off | {"cloud_type": "HIGH_CLOUD"}, off).odd == ()
