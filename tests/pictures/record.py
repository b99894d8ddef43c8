"""The pictures in the documents, and a record of what each shows, which says when it is out of date."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.sandbox.page.app import STATIC
from tests.pictures.scenes import Story, stills

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / "docs" / "pictures"
RECORD = FOLDER / "shown.json"

THREAD, HOME, SHEET = "page-thread", "page-home", "page-contact-sheet"
SHOWN_AS = {
    "contact-sheet": SHEET,
    "checked-again": "a-card-that-was-checked-again",
    "thread": THREAD,
    "home": HOME,
}
"""The pictures in README.md and docs/commands.md, each a copy of one of all pictures."""

_DRAWING = ("blocks.js", "mrkdwn.js")
_SHEETS = ("page.css", "blocks.css")
_SHEET_CODE = ROOT / "bot" / "pictures" / "drawing.py"
_UNSEEN = {"action_id", "block_id", "slack_file", "url", "value"}  # what goes to Slack and is not visible
_ADDRESS = re.compile(r"<https?://[^|>]+\|")  # the same, in a link with its own words


async def shown(story: Story) -> dict[str, Any]:
    """What is on each picture in the documents. The story is played to its end."""
    drawn: dict[str, Any] = {name: still.sent["blocks"] for name, still in stills().items()}
    drawn[THREAD] = story.thread()
    await story.watch_more()
    drawn[HOME] = story.home()
    drawn[SHEET] = (await story.show_pictures()).blocks
    return {name: drawn[picture] for name, picture in SHOWN_AS.items()}


def record(shown: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """For each picture: what it shows, what draws it, and the hash of its file."""
    drawing = drawing_code()
    return {
        name: {
            "shows": _hash(json.dumps(_seen(blocks), sort_keys=True).encode()),
            "drawn by": _hash((drawing + _sheets(blocks)).encode()),
            "file": _hash(path.read_bytes()) if (path := picture(name)).exists() else "",
        }
        for name, blocks in shown.items()
    }


def picture(name: str) -> Path:
    return FOLDER / f"{name}.webp"


def recorded() -> dict[str, dict[str, str]]:
    return dict(json.loads(RECORD.read_text(encoding="utf-8"))) if RECORD.exists() else {}


def outdated(shown: Mapping[str, Any]) -> list[str]:
    """The pictures that show something else by now, or whose file is not the recorded one."""
    old = recorded()
    return [name for name, now in record(shown).items() if old.get(name) != now]


def write(shown: Mapping[str, Any]) -> None:
    """Called after the pictures are drawn, as it records all of them as up to date."""
    RECORD.write_text(json.dumps(record(shown), indent=2) + "\n", encoding="utf-8")


def _seen(part: Any) -> Any:
    if isinstance(part, list):
        return [_seen(each) for each in part]
    if isinstance(part, dict):
        return {key: _seen(each) for key, each in part.items() if key not in _UNSEEN}
    return _ADDRESS.sub("<", part) if isinstance(part, str) else part


def drawing_code() -> str:
    """The code that draws blocks, without comments, and those styles that can apply to a block."""
    scripts = [(STATIC / name).read_text(encoding="utf-8") for name in _DRAWING]
    classes = {name for said in re.findall(r'class: ["`]([^"`]+)', "".join(scripts)) for name in said.split()}
    code = [line.strip() for script in scripts for line in script.splitlines()]
    return "\n".join([*(line for line in code if not line.startswith(("//", "/**"))), *_styles(classes)])


def _sheets(blocks: Any) -> str:
    """What draws a contact sheet, if there is one."""
    return _SHEET_CODE.read_text(encoding="utf-8") if '"slack_file"' in json.dumps(blocks) else ""


def _styles(classes: set[str]) -> Iterator[str]:
    sheets = "".join((STATIC / name).read_text(encoding="utf-8") for name in _SHEETS)
    sheet = re.sub(r"/\*.*?\*/", "", sheets, flags=re.DOTALL)
    for selectors, rule in re.findall(r"([^{}]+)\{([^{}]*)\}", sheet):
        parts = [" ".join(part.split()) for part in selectors.split(",")]
        touching = [part for part in parts if "#" not in part and _classes(part) <= classes | {"content"}]
        if touching:
            yield f"{', '.join(touching)} {{{' '.join(rule.split())}}}"


def _classes(selector: str) -> set[str]:
    return set(re.findall(r"\.([a-z][\w-]*)", selector))


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
