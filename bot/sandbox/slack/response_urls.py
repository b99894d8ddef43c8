"""response_urls: they answer one person or the channel, also where the bot is not a member."""

import asyncio
from contextlib import suppress
from typing import Any

from bot.sandbox.slack import sample_workspace
from bot.sandbox.slack.files import Files
from bot.sandbox.slack.triggers import ResponseUrl, Triggers
from bot.sandbox.slack.validation.messages import checked
from bot.sandbox.slack.workspace import Message, Workspace

MAX_ACK_WAIT_SECONDS = 1.0


class Responder:
    def __init__(self, workspace: Workspace, triggers: Triggers, files: Files) -> None:
        self._files = files
        self._workspace = workspace
        self._triggers = triggers
        self.takes_threads = False
        """Whether an ephemeral answer goes into a thread. Reported both ways (slackapi/bolt-js#963)."""

    async def ready(self, secret: str) -> None:
        """Return when the answer in a command's ack is shown, or after a limit.

        An app may use the response_url before it acks.
        """
        url = self._triggers.find(secret)
        with suppress(TimeoutError):
            if url is not None:
                await asyncio.wait_for(url.ack_shown.wait(), MAX_ACK_WAIT_SECONDS)

    def respond(self, secret: str, params: dict[str, Any]) -> None:
        """Use the response_url once. Raises Refused."""
        url = self._triggers.use(secret)
        original = self._original(url)
        if params.get("delete_original"):
            if original is not None:
                self._workspace.delete(original)
            return
        self.answer(url, params, original if params.get("replace_original") else None)

    def answer(self, url: ResponseUrl, params: dict[str, Any], original: Message | None = None) -> None:
        """Post in the channel of the response_url, or replace `original`. Raises Refused.

        An ephemeral message that is replaced stays ephemeral, whatever the response_type.
        """
        checked(params)
        self._files.refuse_all(params.get("blocks"))
        text, blocks = params.get("text", ""), params.get("blocks")
        if original is not None:
            self._workspace.edit(original, text, blocks)
            return
        to = None if params.get("response_type") == "in_channel" else url.user
        thread_ts = params.get("thread_ts") if self.takes_threads or to is None else None
        more = {"ephemeral_to": to, "thread_ts": thread_ts}
        url.answer = self._workspace.post(url.channel, sample_workspace.BOT, text, blocks, **more)

    def _original(self, url: ResponseUrl) -> Message | None:
        """The clicked message. None unless the bot posted it and it still exists."""
        if url.source is None or url.source.user != sample_workspace.BOT:
            return None
        return self._workspace.find(url.channel, url.source.ts)
