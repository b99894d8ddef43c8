"""Why a card has no picture, and what to do."""

from collections.abc import Sequence

from bot.slack.blocks import code
from bot.slack.constants import COMMAND, PICTURES_SCOPE

NEEDS_SCOPE = (
    f"The scope `{PICTURES_SCOPE}` is missing. An admin needs to add it on the app's page, under OAuth & "
    "Permissions, install the app again, and restart it."
)
NEEDS_KEY = (
    "There's no Autoenhance API key for this channel. An admin needs to set `AUTOENHANCE_API_KEY`, or "
    "someone needs to connect an account and let this channel use it."
)
NEEDS_PILLOW = (
    "Pillow isn't installed. An admin needs to run `python -m pip install --no-deps --require-hashes -r "
    "requirements-pictures.txt`, and restart the app."
)
IN_CHANNELS = (
    f"I can put pictures on cards only in channels. Type `{COMMAND} settings pictures on` in the channel "
    "where you want them."
)
OFF = f"Pictures are off in this channel. To turn them on, type `{COMMAND} settings pictures on`."
NO_PREVIEW = "There's no picture of these photos yet. Try again when more of them are done."
NOT_YET = (
    "I can't get a picture of these photos from Autoenhance right now. "
    "I'll keep trying, and put it on the card when I have it."
)
NOT_NOW = "I couldn't get a picture of these photos. Try again in a few minutes."
ORDER_GONE = "I couldn't find this order any more, so there's no picture. Press *Re-check*."
CARD_GONE = f"This card is too old to update. Run `{COMMAND}` again for a new one."

BEFORE_AND_AFTER = "Before and after"
PHOTO_CHANGED = (
    "This photo isn't done any more, or it's gone from the order. "
    "To choose another one, open *All photos* again."
)
NO_PAIR = "There's no picture of this photo. To choose another one, open *All photos* again."
NO_PAIR_NOW = "I couldn't get a picture of this photo. Open *All photos* again in a few minutes."
THREAD_GONE = f"The thread is gone. Run `{COMMAND}` again for a new card, and share it in the channel."
UNCONFIRMED = (
    "Slack didn't confirm that the picture was posted. "
    "If it's missing in the thread, open *All photos* again."
)


def pairs_offered(count: int, most: int) -> str:
    """Beside the menu of photos, which has the first `most` of them."""
    said = "Post the original and the enhanced photo side by side in the thread."
    return f"{said} The menu has the first {most} of {count:,} photos." if count > most else said


def pair_of(name: str) -> str:
    return f"Before and after of {code(name, 60)}"


def posting(name: str) -> str:
    return f"Posting before and after of {code(name, 60)} in the thread."


def posted(name: str) -> str:
    return f"Before and after of {code(name, 60)} is in the thread."


def missing(needs: Sequence[str]) -> str:
    return f"Cards here have no pictures yet. {' '.join(needs)}"


def tested(needs: Sequence[str]) -> str:
    """For `/order test`, in a channel with pictures on."""
    return missing(needs) if needs else "Cards here get pictures too."
