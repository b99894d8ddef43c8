"""Previews of photos: small pictures that cost nothing."""

from pydantic import SecretStr

from bot.autoenhance.requests import Requests


class Previews:
    """Raises AutoenhanceError and its subclasses, and DatabaseFailed where the rate limiter is shared.

    OrderNotFound: there is no such photo, or no preview of it yet. KeyRefused: the key is not accepted. Limited
    and Unavailable: no preview now. OrderTooLarge: the answer is longer than a preview.

    At most four requests run at once. A call ends after `PREVIEW_SECONDS`, with its wait for a place: so calls that
    begin together share that time.
    """

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    async def enhanced(self, image_id: str, key: SecretStr) -> bytes:
        """A JPEG or PNG of the enhanced photo, about 640 pixels wide."""
        raise NotImplementedError

    async def original(self, image_id: str, key: SecretStr) -> bytes:
        """The same of the photo as it was shot."""
        raise NotImplementedError
