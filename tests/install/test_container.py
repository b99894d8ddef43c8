"""What a test can say of the container's files without building one. `container.sh` builds and starts it."""

import asyncio
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from bot.cli.main import cli
from bot.core.settings import FixedSettings, Settings
from bot.sandbox.server import serving
from bot.web.app import build_web

ROOT = Path(__file__).parent.parent.parent
SETTINGS = {name.upper() for name in Settings.model_fields}
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
BOTS = {name: each for name, each in COMPOSE["services"].items() if "build" in each}


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions with their arguments, continued lines joined, without comments."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    text = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    lines = (line.partition(" ") for line in text.splitlines() if line)
    return [(name, rest) for name, _, rest in lines]


def behind(name: str) -> list[str]:
    return [rest for each, rest in instructions() if each == name]


def environment() -> dict[str, str]:
    return dict(word.split("=", 1) for line in behind("ENV") for word in line.split())


def copied() -> set[str]:
    """The paths that the image takes from the checkout, with either lock."""
    lines = [line.split() for line in behind("COPY") if not line.startswith("--from")]
    names = {name for *sources, _ in lines for name in sources} - {"${REQUIREMENTS}"}
    return names | {"requirements.txt", "requirements-postgres.txt"}


def commands() -> list[list[str]]:
    [own] = behind("CMD")
    return [json.loads(own), *(each["command"] for each in BOTS.values() if "command" in each)]


@pytest.mark.parametrize("name", sorted(copied()))
def test_what_is_copied_is_in_the_repository(name: str) -> None:
    """Git tracks each file and folder that the image takes, so that a fresh clone builds too."""
    tracked = subprocess.run(["git", "ls-files", name], cwd=ROOT, capture_output=True, check=True)  # noqa: S603, S607

    assert tracked.stdout


def test_the_build_context_has_nothing_else() -> None:
    """Only what is copied is in the build context: no settings, data, history or `.env`."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    everything, *patterns = [line for line in lines if not line.startswith("#")]
    let_in = [pattern for pattern in patterns if pattern.startswith("!")]

    assert everything == "*"
    assert {pattern.removeprefix("!") for pattern in let_in} == copied()
    assert patterns[: len(let_in)] == let_in  # the last pattern that matches wins
    assert "**/.env*" in patterns


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_is_one_of_the_apps(command: list[str]) -> None:
    """The image and compose.yaml start the app itself, with a command that it has."""
    python, app, *arguments = command

    assert (python, app) == ("python", "app.py")
    assert CliRunner().invoke(cli, [*arguments, "--help"]).exit_code == 0


def test_the_image_keeps_its_data_in_its_volume() -> None:
    """The image's settings are valid, and its database is in the folder that outlives the container."""
    own = {name.lower(): value for name, value in environment().items() if name in SETTINGS}
    settings = FixedSettings.read(**own)

    assert settings.problems(for_slack=False) == []
    assert [settings.database_path.parent] == [Path(path) for path in behind("VOLUME")]
    assert [str(settings.port)] == behind("EXPOSE")


def test_the_image_does_not_run_as_root() -> None:
    """The image's user is a number other than 0, so that a platform can see it without opening the image."""
    [user] = behind("USER")

    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)


def test_the_image_has_the_projects_version() -> None:
    """The label has the version of pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert f"VERSION={project['version']}" in behind("ARG")


@pytest.mark.parametrize(
    ("missing", "healthy"), [([], True), (["database"], False)], ids=["ready", "not-ready"]
)
async def test_the_health_check_asks_whether_it_is_ready(missing: list[str], healthy: bool) -> None:  # noqa: FBT001
    """The container is healthy when /readyz says so, whatever proxy is set."""

    async def ready() -> list[str]:
        return missing

    [line] = behind("HEALTHCHECK")
    _, *arguments = json.loads(line.partition("CMD ")[2])
    async with serving(build_web(ready)) as url:
        env = os.environ | {"PORT": url.rpartition(":")[2], "http_proxy": "http://127.0.0.1:9"}
        asked = await asyncio.create_subprocess_exec(sys.executable, *arguments, env=env)
        assert (await asked.wait() == 0) is healthy


@pytest.mark.parametrize("name", BOTS)
def test_compose_sets_what_the_bot_reads(name: str) -> None:
    """Each variable of a service is a setting, and each service has time to drain before it is killed."""
    service = BOTS[name]

    assert set(service.get("environment", {})) <= SETTINGS
    assert int(service["stop_grace_period"].removesuffix("s")) > 15


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_compose_declares_all_that_it_names(name: str) -> None:
    """Each volume is declared, and what a service waits for starts with it."""
    services = COMPOSE["services"]
    named = {volume.partition(":")[0] for volume in services[name].get("volumes", [])}
    waited_for = services[name].get("depends_on", {})

    assert named <= set(COMPOSE["volumes"])
    assert all(services[other].get("profiles") == services[name].get("profiles") for other in waited_for)
