"""What `check` says of pictures on cards."""

from contextlib import suppress

from bot.bootstrap.clients import open_session, slack_client
from bot.core.errors import SettingsError, SlackError
from bot.core.metrics import Metrics
from bot.core.settings import Settings
from bot.pictures.sheet import available
from bot.slack.api.identity import identify
from bot.slack.constants import PICTURES_SCOPE
from bot.slack.text.card_pictures import NEEDS_PILLOW, NEEDS_SCOPE

NEEDS_KEY = (
    "There's no Autoenhance API key. Set AUTOENHANCE_API_KEY, or connect an account on the bot's Home tab "
    "and let these channels use it."
)


async def lacking(settings: Settings, *, accounts: int) -> list[str]:
    """A sentence for each thing that is missing in every channel, with the next step."""
    there = {
        NEEDS_SCOPE: await _may_upload(settings),
        NEEDS_KEY: bool(settings.autoenhance_api_key or accounts),
        NEEDS_PILLOW: available(),
    }
    return [sentence for sentence, is_there in there.items() if not is_there]


async def _may_upload(settings: Settings) -> bool:
    """True also where Slack does not say: that is another finding."""
    if settings.slack_bot_token is None or settings.network.problems([settings.slack_api_url]):
        return True
    async with open_session() as session:
        with suppress(SettingsError, SlackError):
            identity = await identify(slack_client(settings, session, Metrics()))
            return PICTURES_SCOPE in identity.scopes
    return True
