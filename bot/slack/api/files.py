"""Uploads files to Slack, and deletes them. A file is in no channel: only a card shows it."""

from collections.abc import Set as AbstractSet
from contextlib import suppress
from http import HTTPStatus
from typing import NamedTuple

import aiohttp

from bot.core.errors import Gone, ScopeMissing, SlackBusy
from bot.core.metrics import Metrics
from bot.slack.api.client import CountedClient
from bot.slack.api.responses import NO_CONNECTION, checked, outcome
from bot.slack.constants import PICTURES_SCOPE

UPLOAD = "upload"  # in the metrics


class Upload(NamedTuple):
    """A file that Slack has named. `url` takes its bytes, and is a secret."""

    file_id: str
    url: str


class Files:
    """Every method raises SlackError, and nothing else."""

    def __init__(
        self, web: CountedClient, session: aiohttp.ClientSession, metrics: Metrics, scopes: AbstractSet[str]
    ) -> None:
        """`scopes`: those that were granted to the bot's token."""
        self._web = web
        self._session = session
        self._metrics = metrics
        self.may_upload = PICTURES_SCOPE in scopes

    async def name(self, filename: str, length: int) -> Upload:
        """A new file, without content yet. Raises ScopeMissing without a request where that is known."""
        if not self.may_upload:
            raise ScopeMissing("missing_scope", lacks=frozenset({PICTURES_SCOPE}))
        named = await checked(self._web.files_getUploadURLExternal(filename=filename, length=length))
        return Upload(named["file_id"], named["upload_url"])

    async def upload(self, upload: Upload, content: bytes, title: str) -> None:
        """Sends the bytes, and says that they are complete. Slack still works on the file when this returns.

        Raises Gone where Slack no longer takes them: then name a new file.
        """
        with self._metrics.slack_call(UPLOAD, outcome):
            await self._send(upload.url, content)
        files: list[dict[str, str | None]] = [{"id": upload.file_id, "title": title}]
        await checked(self._web.files_completeUploadExternal(files=files))

    async def delete(self, file_id: str) -> None:
        """A file that Slack does not know, or not any more, counts as deleted."""
        with suppress(Gone):
            await checked(self._web.files_delete(file=file_id))

    async def _send(self, url: str, content: bytes) -> None:
        """The URL holds the permission, so the token is not sent. A redirect would be another server's."""
        if self._web.base_url.startswith("https://") and not url.startswith("https://"):
            raise Gone("no_url")
        proxy = self._web.network.proxy_url(url)
        try:
            async with self._session.post(
                url, data=content, proxy=proxy, ssl=self._web.ssl or True, allow_redirects=False
            ) as reply:
                status = reply.status
        except aiohttp.InvalidURL as error:
            raise Gone("no_url") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise SlackBusy(NO_CONNECTION) from error
        if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise SlackBusy(f"http_{status}")
        if status != HTTPStatus.OK:
            raise Gone(f"http_{status}")
