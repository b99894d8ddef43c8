"""What a response_url does: answer one person, or all, also where the bot is not a member."""

import asyncio
from contextlib import suppress
from typing import Any

from bot.sandbox.slack import sample_workspace
from bot.sandbox.slack.triggers import ResponseUrl, Triggers
from bot.sandbox.slack.validation.messages import checked
from bot.sandbox.slack.workspace import Message, Workspace

DRAWN = 1.0  # seconds


class Responder:
    def __init__(self, workspace: Workspace, tickets: Triggers) -> None:
        self._workspace = workspace
        self._triggers = tickets

    async def ready(self, secret: str) -> None:
        """Returns when the ack of a command is drawn, or late: an app may answer before it acknowledges."""
        url = self._triggers.find(secret)
        with suppress(TimeoutError):
            if url is not None:
                await asyncio.wait_for(url.drawn.wait(), DRAWN)

    def respond(self, secret: str, params: dict[str, Any]) -> None:
        """Use the response_url once; raises Refused."""
        url = self._triggers.use(secret)
        original = self._original(url)
        if params.get("delete_original"):
            if original is not None:
                self._workspace.delete(original)
            return
        self.answer(url, params, original if params.get("replace_original") else None)

    def answer(self, url: ResponseUrl, params: dict[str, Any], original: Message | None = None) -> None:
        """Say it where the response_url belongs, in place of `original` if there is one; raises Refused.

        What was ephemeral stays so when it is replaced, whatever the response_type.
        """
        checked(params)
        text, blocks = params.get("text", ""), params.get("blocks")
        if original is not None:
            self._workspace.edit(original, text, blocks)
            return
        to = None if params.get("response_type") == "in_channel" else url.user
        more = {"ephemeral_to": to, "thread_ts": params.get("thread_ts")}
        said = self._workspace.post(url.channel, sample_workspace.BOT, text, blocks, **more)
        if url.follows:
            url.source = said

    def _original(self, url: ResponseUrl) -> Message | None:
        """Only what the bot wrote itself, and what is still there."""
        if url.source is None or url.source.user != sample_workspace.BOT:
            return None
        return self._workspace.find(url.channel, url.source.ts)
