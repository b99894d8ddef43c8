"""One list of the hits in several accounts."""

from datetime import UTC, datetime, timedelta

from bot.orders.models import Order
from bot.orders.search import Cursor, ListCursor, Part, merged

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def order(id_: str, age: int | None) -> Order:
    """Made `age` minutes before noon."""
    made = None if age is None else NOON - timedelta(minutes=age)
    return Order(order_id=id_, created_at=made)


def part(*orders: Order, more: bool = False, behind: int = 0, before: int = 0, asked: str = "") -> Part:
    """A part with all these orders, and so many hits behind them."""
    ids = [each.order_id or "" for each in orders]
    looked = len(ids) + behind + before
    return Part(
        orders=orders,
        cuts=tuple(Cursor(offset=f"behind {id_}") for id_ in ids),
        ids=frozenset([*ids, *(f"{ids[0]} behind {number}" for number in range(behind))]),
        start=Cursor(offset="start", hits=before),
        end=Cursor(offset="end") if more else None,
        total=before + len(ids) + behind,
        looked=looked,
        asked=asked,
    )


def ids(orders: tuple[Order, ...]) -> list[str | None]:
    return [each.order_id for each in orders]


def test_newest_first_over_all() -> None:
    """Each order is named with its account, and the total counts all."""
    found = merged({"A": part(order("a1", 1), order("a5", 5)), "B": part(order("b3", 3), order("b7", 7))}, 10)

    assert ids(found.orders) == ["a1", "b3", "a5", "b7"]
    assert found.whose == (("A",), ("B",), ("A",), ("B",))
    assert (found.total, found.looked, found.complete, found.next) == (4, 4, True, None)


def test_each_account_goes_on_behind_what_was_shown() -> None:
    """One that has no more is not in the cursor, and its orders stay counted as read."""
    parts = {
        "A": part(order("a1", 1), order("a2", 2), order("a9", 9), behind=3),
        "B": part(order("b3", 3)),
        "C": part(order("c8", 8), more=True, asked="elm"),
        "D": part(order("d4", 4), more=True, asked="elm"),
    }

    found = merged(parts, 4)

    assert ids(found.orders) == ["a1", "a2", "b3", "d4"]
    assert found.next == ListCursor(
        accounts={
            "A": Cursor(offset="behind a2"),
            "C": Cursor(offset="start"),
            "D": Cursor(offset="end"),
        },
        before=4,
        looked=1,
    )
    assert (found.total, found.complete, found.asked) == (9, False, "elm")


def test_a_later_part_counts_on() -> None:
    """What was shown before, and what was read in accounts that are through."""
    after = ListCursor(accounts={"A": Cursor(hits=6)}, before=10, looked=40, is_part=True)

    found = merged({"A": part(order("a1", 1), before=6)}, 10, after)

    assert (found.before, found.total, found.looked) == (10, 11, 47)
    assert found.complete
    assert not found.is_all


def test_an_order_in_two_accounts_is_one_hit() -> None:
    """It is shown and counted once, and both accounts go on behind it."""
    same, other = order("same", 2), order("b1", 1)
    parts = {"A": part(same, order("a9", 9)), "B": part(other, same, order("b8", 8))}

    found = merged(parts, 2)

    assert ids(found.orders) == ["b1", "same"]
    assert found.whose == (("B",), ("A", "B"))
    assert found.total == 4
    assert found.next
    assert found.next.accounts == {"A": Cursor(offset="behind same"), "B": Cursor(offset="behind same")}


def test_an_order_without_a_date_holds_up_no_other() -> None:
    """The account's own order stays as it is."""
    found = merged({"A": part(order("a?", None), order("a1", 1)), "B": part(order("b3", 3))}, 10)

    assert ids(found.orders) == ["a?", "a1", "b3"]
