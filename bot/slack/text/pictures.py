"""What a screen reader says of a picture. It is plain text: nothing in it is markup."""

from collections.abc import Iterable, Sequence

from bot.slack.blocks import fit, one_line

# Twelve tiles of these lengths fit into the 2,000 characters of an `alt_text`.
_ORDER, _NAME, _REASON = 150, 75, 65


def sheet_alt(order: str, failed: Sequence[tuple[str, str]], shown: Sequence[str], more: int) -> str:
    """What is on a contact sheet of at most twelve tiles, in its order.

    `failed` are names with their reasons, which may be empty. `shown` are the names of the other tiles.
    `more` is how many photos the sheet leaves out.
    """
    sentences = [f"Contact sheet of {fit(one_line(order), _ORDER) or 'an order'}."]
    if failed:
        sentences.append(
            f"Failed: {_joined(_failed(number, *each) for number, each in enumerate(failed, 1))}."
        )
    if shown:
        sentences.append(
            f"Photos: {_joined(_name(number, each) for number, each in enumerate(shown, len(failed) + 1))}."
        )
    if more:
        left = "1 more photo is" if more == 1 else f"{more:,} more photos are"
        sentences.append(f"{left} not shown.")
    return " ".join(sentences)


def pair_alt(name: str) -> str:
    """What is on the picture of one photo before and after."""
    return f"{_name(1, name)} before and after: the original on the left, the enhanced photo on the right."


def photo_name(name: str) -> str:
    """As it is named beside other photos, in at most 75 characters."""
    return _name(1, name)


def _failed(number: int, name: str, reason: str) -> str:
    said = fit(one_line(reason), _REASON)
    return f"{_name(number, name)} ({said})" if said else _name(number, name)


def _name(number: int, name: str) -> str:
    """Shortened in its middle: file names differ at their ends."""
    line = one_line(name)
    if len(line) > _NAME:
        half = _NAME // 2
        line = f"{line[:half]}…{line[-half:]}"
    return line or f"photo {number}"


def _joined(texts: Iterable[str]) -> str:
    return ", ".join(texts)
