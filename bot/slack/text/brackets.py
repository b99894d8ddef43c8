"""Sentences about the brackets of an order. Names of files must be code spans."""

from bot.slack.text.orders import photos


def counted(count: int, photo_count: int) -> str:
    several = f"{count:,} bracket" if count == 1 else f"{count:,} brackets"
    return f"{several}, {photos(photo_count)}" if photo_count else several


def single_brackets(named: str, count: int) -> str:
    """`named` is mrkdwn, as below. Nobody can know it: this is what the numbers look like."""
    if count == 1:
        return f"{named} may be a single bracket. Check it before you download."
    return f"{named} may be single brackets. Check them before you download."


def unfinished_uploads(named: str, count: int) -> str:
    said = "1 upload hasn't finished" if count == 1 else f"{count:,} uploads haven't finished"
    return f"{said}: {named}." if named else f"{said}."
