"""What a screen reader says of a contact sheet, and of a pair."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.limits import LIMITS
from bot.slack.text.pictures import pair_alt, sheet_alt

NAMES = st.text(max_size=300)


def test_a_sheet_is_told_in_its_order() -> None:
    """The order's name, those that failed with their reasons, the others, and what is left out."""
    failed = [("DSC1.jpg", "Image is too blurry"), ("DSC2.jpg", "")]

    assert sheet_alt("12 Elm Street", failed, ["DSC3.jpg", "DSC4.jpg"], 18) == (
        "Contact sheet of 12 Elm Street. Failed: DSC1.jpg (Image is too blurry), DSC2.jpg. "
        "Photos: DSC3.jpg, DSC4.jpg. 18 more photos are not shown."
    )


@pytest.mark.parametrize(
    ("failed", "shown", "more", "said"),
    [
        ([], ["a.jpg"], 0, "Contact sheet of Elm. Photos: a.jpg."),
        (
            [("a.jpg", "Dark")],
            [],
            1,
            "Contact sheet of Elm. Failed: a.jpg (Dark). 1 more photo is not shown.",
        ),
        ([], [], 1200, "Contact sheet of Elm. 1,200 more photos are not shown."),
        ([], ["", "b\n c.jpg"], 0, "Contact sheet of Elm. Photos: photo 1, b c.jpg."),
        ([("", "")], [" "], 0, "Contact sheet of Elm. Failed: photo 1. Photos: photo 2."),
    ],
)
def test_only_what_is_there_is_told(
    failed: list[tuple[str, str]], shown: list[str], more: int, said: str
) -> None:
    """A photo without a name has the number that its tile has."""
    assert sheet_alt("Elm", failed, shown, more) == said


def test_a_pair_says_what_is_where() -> None:
    """The name, and which side is which."""
    assert (
        pair_alt("a.jpg")
        == "a.jpg before and after: the original on the left, the enhanced photo on the right."
    )


@given(
    NAMES,
    st.lists(st.tuples(NAMES, NAMES), max_size=12),
    st.lists(NAMES, max_size=12),
    st.integers(0, 50_000),
)
def test_what_is_told_fits(order: str, failed: list[tuple[str, str]], shown: list[str], more: int) -> None:
    """Slack takes 2,000 characters, and at least one. Twelve tiles are told to the last word."""
    said = sheet_alt(order, failed, shown[: 12 - len(failed)], more)

    assert 1 <= len(said) <= LIMITS.alt_text
    assert said.endswith(".")
    assert 1 <= len(pair_alt(order)) <= LIMITS.alt_text


def test_the_longest_sheet_is_told_whole() -> None:
    """Twelve long names with long reasons, and the end of each name, which tells photos apart."""
    names = [f"{'x' * 280}{number:02}.jpg" for number in range(12)]
    said = sheet_alt("o" * 300, [(name, "r" * 300) for name in names], [], 5)

    assert len(said) <= LIMITS.alt_text
    assert all(f"{number:02}.jpg" in said for number in range(12))
    assert said.endswith("5 more photos are not shown.")
