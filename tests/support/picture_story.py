"""A channel whose cards may get pictures: people, orders, and what Slack and the bot have of files."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from bot.bootstrap.app import App
from bot.core.settings import FixedSettings, Settings
from bot.demo.demo import Sandbox
from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.slack.app import SlackSandbox
from tests.conftest import FAST_TIMING
from tests.support.chat import Chat
from tests.support.clock import Clock
from tests.support.running_bot import running_bot
from tests.support.shoot import Shoot
from tests.support.waiting import until_no_file_is_due, until_no_job_is_left


@dataclass
class PictureStory:
    chat: Chat
    shoot: Shoot
    clock: Clock
    app: App
    sandbox: Sandbox

    @property
    def slack(self) -> SlackSandbox:
        return self.sandbox.slack

    @property
    def autoenhance(self) -> AutoenhanceSandbox:
        return self.sandbox.autoenhance

    @property
    def settings(self) -> Settings:
        return self.sandbox.settings

    def kept(self) -> list[str]:
        """The files that Slack has."""
        return list(self.slack.files.kept())

    async def rows(self) -> list[tuple[str, bool]]:
        """Each file that the bot knows, and whether a message shows it."""
        found = await self.app.storage.database.once("SELECT file_id, shown FROM pictures ORDER BY file_id")
        return [(row["file_id"], bool(row["shown"])) for row in found]

    async def tidied(self) -> None:
        """Every file that is to be deleted by now is deleted."""
        await until_no_job_is_left(self.app)
        await until_no_file_is_due(self.app, self.clock())


S = TypeVar("S", bound=PictureStory)


@pytest.fixture
def scopes() -> set[str]:
    """Those that an admin added."""
    return {"files:write"}


@pytest.fixture
def settings() -> dict[str, Any]:
    """Those that differ from the sandbox's."""
    return {}


@asynccontextmanager
async def telling(
    kind: type[S], sandbox: Sandbox, clock: Clock, scopes: set[str], settings: dict[str, Any]
) -> AsyncIterator[S]:
    """The scopes are there before the bot starts, because it asks Slack for them then."""
    sandbox.slack.scopes.update(scopes)
    given = FixedSettings(**sandbox.settings.model_dump() | settings)
    asked = Sandbox(sandbox.slack, sandbox.autoenhance, given)
    async with running_bot(asked, timing=FAST_TIMING, now=clock.now) as app:
        yield kind(Chat(sandbox.slack), Shoot(sandbox.autoenhance, clock, app), clock, app, asked)
