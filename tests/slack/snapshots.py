"""All stored snapshots of cards, notices, lists and modals, for the tests that draw or validate them."""

import json
import re
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "__snapshots__"


def kept() -> dict[str, Any]:
    """All snapshots, each under a name that can be a file's."""
    return {
        _name(path): json.loads(path.read_text(encoding="utf-8")) for path in sorted(_FOLDER.rglob("*.json"))
    }


def _name(path: Path) -> str:
    return re.sub(r"\W+", "-", path.stem.removeprefix("test_").replace("_", "-")).strip("-")
