"""The documents name what exists: files, folders, targets of make, commands."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from bot.cli.main import cli

ROOT = Path(__file__).parent.parent
FIRST = [ROOT / f"{name}.md" for name in ("README", "ARCHITECTURE", "CONTRIBUTING", "SECURITY")]
PAGES = [*FIRST, *sorted((ROOT / "docs").rglob("*.md"))]
WORDS = {"README.md": 800, "ARCHITECTURE.md": 1100}

_LINK = re.compile(r"\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"")
_PATH = re.compile(r"`((?:bot|docs|tests|benchmarks)/[^\s`]*)`")
_MAKE = re.compile(r"\bmake ((?:[A-Z]+=\S+ )?)([a-z][a-z-]*)(?=[`\s]*(?:`|\n))")
_COMMAND = re.compile(r"app\.py ([a-z]+)\b")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@pages
def test_every_link_leads_somewhere(page: Path) -> None:
    """Each relative link is to an existing file, and to a heading in it."""
    assert list(_broken_links(page)) == []


def _broken_links(page: Path) -> Iterator[str]:
    for link, picture in _LINK.findall(page.read_text(encoding="utf-8")):
        path, _, heading = (link or picture).partition("#")
        target = (page.parent / path).resolve() if path else page
        if path.startswith(("https:", "mailto:")):
            continue
        if not target.exists():
            yield str(target.relative_to(ROOT))
        elif heading and heading not in _headings(target):
            yield f"{path}#{heading}"


def _headings(page: Path) -> set[str]:
    """The headings as GitHub writes them in a URL."""
    found = _HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in found}


@pages
def test_every_path_is_there(page: Path) -> None:
    """Each path in backticks that begins with a folder of this repository exists."""
    named = _PATH.findall(page.read_text(encoding="utf-8"))

    assert [path for path in named if not any(ROOT.glob(path.rstrip("/")))] == []


@pages
def test_every_target_of_make_is_there(page: Path) -> None:
    """Each `make …` is one that the Makefile has."""
    targets = re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    named = [target for _, target in _MAKE.findall(page.read_text(encoding="utf-8"))]

    assert [target for target in named if target not in targets] == []


@pages
def test_every_command_is_there(page: Path) -> None:
    """Each `app.py …` is one that the command line has."""
    commands = get_command(cli).commands  # type: ignore[attr-defined]
    named = _COMMAND.findall(page.read_text(encoding="utf-8"))

    assert {name for name in named if name not in commands} == set()


@pytest.mark.parametrize(("name", "most"), WORDS.items())
def test_what_is_read_first_is_short(name: str, most: int) -> None:
    """The README is read in three minutes, the architecture in five."""
    assert len((ROOT / name).read_text(encoding="utf-8").split()) <= most


def test_every_decision_is_in_the_index() -> None:
    """The index names each page once, in order, by its title."""
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(
        r"^- \[(.+)\]\((\S+)\)$", (folder / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    there = [
        (page.read_text(encoding="utf-8").splitlines()[0].removeprefix("# "), page.name)
        for page in sorted(folder.glob("[0-9]*.md"))
    ]

    assert listed == there
