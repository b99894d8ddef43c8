"""Why a card has no picture, and what to do."""

from collections.abc import Sequence

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
NOT_NOW = "I couldn't get a picture of these photos. Try again in a few minutes."
ORDER_GONE = "I couldn't find this order any more, so there's no picture. Press *Re-check*."
CARD_GONE = f"This card is too old to update. Run `{COMMAND}` again for a new one."


def missing(needs: Sequence[str]) -> str:
    return f"Cards here have no pictures yet. {' '.join(needs)}"


def tested(needs: Sequence[str]) -> str:
    """For `/order test`, in a channel with pictures on."""
    return missing(needs) if needs else "Cards here get pictures too."
