"""What an order's brackets say, and where they say nothing."""

import json
from typing import Any

import pytest

from bot.core.errors import OrderTooLarge, Unavailable
from bot.orders.brackets import MAX_BRACKETS, MAX_NAME_CHARACTERS, BracketFacts, Names, facts, parse_brackets
from bot.orders.models import Order, parse_order

Json = dict[str, Any]


def image(number: int, **changes: Any) -> Json:
    return {"image_id": f"i{number}", "image_name": f"DSC{number:04d}.jpg"} | changes


def order(count: int = 5, **changes: Any) -> Order:
    body = {"order_id": "o", "total_images": count, "images": [image(n) for n in range(count)]}
    return parse_order(json.dumps(body | changes))


def of(number: int, count: int = 3, **changes: Any) -> list[Json]:
    """The brackets of photo `number`."""
    return [
        {"bracket_id": f"b{number}-{n}", "image_id": f"i{number}", "name": f"x{n}.jpg", "is_uploaded": True}
        | changes
        for n in range(count)
    ]


def groups(*counts: int) -> list[Json]:
    return [bracket for number, count in enumerate(counts) for bracket in of(number, count)]


def seen(brackets: list[Json], shown: Order | None = None) -> BracketFacts:
    found = facts(parse_brackets(json.dumps({"brackets": brackets})), shown or order())
    assert found is not None
    return found


def test_brackets_and_photos_are_counted() -> None:
    """The facts have the number of brackets and of the order's photos."""
    found = seen(groups(3, 3, 3, 3, 3))

    assert (found.total, found.photos, found.all_uploaded) == (15, 5, True)
    assert found.single == found.unfinished == Names()


@pytest.mark.parametrize(
    ("counts", "named"),
    [
        pytest.param((3, 3, 3, 3, 1), ["DSC0004.jpg"], id="four of five have three"),
        pytest.param((5, 5, 1, 5, 5, 5, 1, 5, 5, 5), ["DSC0002.jpg", "DSC0006.jpg"], id="two"),
        pytest.param((2, 2, 2, 2, 1), ["DSC0004.jpg"], id="pairs"),
        pytest.param((3, 3, 3, 1), [], id="three of four are too few"),
        pytest.param((3, 3, 3, 3, 2), [], id="two brackets are no single"),
        pytest.param((1, 1, 1, 1, 1), [], id="all are single"),
        pytest.param((1, 1, 1, 1, 3), [], id="most are single"),
        pytest.param((3, 5, 3, 5, 1), [], id="no usual number"),
        pytest.param((1,), [], id="one photo"),
    ],
)
def test_a_photo_of_one_bracket_among_groups_is_named(counts: tuple[int, ...], named: list[str]) -> None:
    """Named are photos with one bracket, where 80% have the same larger number."""
    assert list(seen(groups(*counts), order(len(counts))).single.first) == named


ONE_SINGLE = groups(3, 3, 3, 3, 1)


@pytest.mark.parametrize(
    ("brackets", "shown"),
    [
        pytest.param([*ONE_SINGLE, *of(9)], order(), id="brackets of an unknown photo"),
        pytest.param([*ONE_SINGLE, *of(9, 1, image_id=None)], order(), id="a bracket of no photo"),
        pytest.param([{"name": "a.jpg"} for _ in range(13)], order(), id="no image_id at all"),
        pytest.param([*ONE_SINGLE, *of(0, 1, image_id=7)], order(), id="an image_id that is a number"),
        pytest.param(groups(*[3] * 9, 1), order(11), id="a photo without a bracket"),
        pytest.param(ONE_SINGLE, order(total_images=9), id="photos that are not listed"),
        pytest.param(ONE_SINGLE, order(is_merging=True), id="grouping goes on"),
        pytest.param(ONE_SINGLE, order(images=[image(0), *map(image, range(4))]), id="one photo twice"),
        pytest.param(
            ONE_SINGLE, order(images=[*map(image, range(4)), {"image_name": "x"}]), id="no photo ID"
        ),
        pytest.param(ONE_SINGLE, order(images=[]), id="no photos"),
        pytest.param(
            ONE_SINGLE,
            order(images=[*map(image, range(4)), image(4, image_name="DSC0000.jpg")]),
            id="another photo has its name",
        ),
        pytest.param(
            [*groups(3, 3, 3), *of(3, 1), *of(4, 4), *of(5, 2)], order(6), id="grouped again by hand"
        ),
    ],
)
def test_nothing_is_claimed_that_is_not_known(brackets: list[Json], shown: Order) -> None:
    """No photo is named as a single bracket where the answers do not add up."""
    assert seen(brackets, shown).single == Names()


def test_uploads_that_have_not_finished_are_named() -> None:
    """Their number, and the first five names. They do not hide a single bracket."""
    late = [{"bracket_id": f"b{n}", "name": f"late{n}.jpg", "is_uploaded": False} for n in range(7)]
    found = seen([*ONE_SINGLE, *late])

    assert found.unfinished == Names(first=tuple(f"late{n}.jpg" for n in range(5)), count=7)
    assert found.single.first == ("DSC0004.jpg",)
    assert not found.all_uploaded


@pytest.mark.parametrize("is_uploaded", [None, "perhaps", [], "missing"])
def test_an_upload_that_is_not_stated_is_no_claim(is_uploaded: object) -> None:
    """Such a bracket is neither unfinished nor uploaded."""
    changes = {} if is_uploaded == "missing" else {"is_uploaded": is_uploaded}
    found = seen([{"name": "a.jpg"} | changes])

    assert (found.unfinished, found.all_uploaded) == (Names(), False)


def test_names_fit() -> None:
    """A name is one line and not endless. A bracket without one has the beginning of its ID, or none."""
    names = ["x" * 999, " a\nb ", None, None]
    late = [{"bracket_id": "0123456789abcdef0123456789abcdef", "name": name} for name in names]
    late[3] = {"name": None}
    found = seen([each | {"is_uploaded": False} for each in late])

    assert found.unfinished.first == ("x" * MAX_NAME_CHARACTERS, "a b", "01234567…")
    assert found.unfinished.count == 4


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "[]",
        "7",
        '"x"',
        "<html>",
        "{}",
        '{"message": "no"}',
        '{"brackets": 7}',
        '{"brackets": {}}',
    ],
)
def test_nonsense_is_refused(body: str) -> None:
    """A body without a list of brackets is no answer."""
    with pytest.raises(Unavailable):
        parse_brackets(body)


@pytest.mark.parametrize("odd", [None, 7, "x", [], [[]], {"a": 1}, 1.5, True, "\ud800"])
@pytest.mark.parametrize("field", ["bracket_id", "image_id", "name", "is_uploaded", "order_id", "metadata"])
def test_any_field_may_be_of_any_type(field: str, odd: object) -> None:
    """A field of another type counts as missing, and the other brackets stay."""
    body = json.dumps({"brackets": [{"name": "a.jpg"} | {field: odd}, *groups(3)]})
    brackets = parse_brackets(body)

    assert len(brackets) == 4
    assert facts(brackets, order()) is not None
    json.dumps([bracket.model_dump() for bracket in brackets]).encode()


@pytest.mark.parametrize("listed", [None, [], [None, 7, "x", []]])
def test_an_order_without_brackets_has_no_facts(listed: object) -> None:
    """Nor has a deleted one."""
    assert facts(parse_brackets(json.dumps({"brackets": listed})), order()) is None
    assert facts(parse_brackets(json.dumps({"brackets": ONE_SINGLE})), order(is_deleted=True)) is None


def test_two_thousand_brackets_are_read() -> None:
    """As many as an order may have, but not more than could be stored."""
    assert seen(groups(*[5] * 400), order(400)).total == 2000
    with pytest.raises(OrderTooLarge):
        parse_brackets(json.dumps({"brackets": [{}] * (MAX_BRACKETS + 1)}))
