"""The bot's speed beside a simple bot without it: `python -m benchmarks.bench`.

Each part measures the bot and a baseline in the same run, and names the goal. The whole run writes
`results.md`. With `--quick`, or with some parts only, it prints.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.machine import machine
from benchmarks.speed import asking, photos, pictures, sleeping, sweeps, workers
from benchmarks.speed.acks import acks
from benchmarks.speed.answers import answers
from benchmarks.speed.crowd import crowd
from benchmarks.speed.figure import Figure
from benchmarks.speed.starting import starting

PAGE = Path(__file__).with_name("results.md")
COMMAND = "make bench"
Part = Callable[[bool], list[Figure]]  # takes `quick`: then the figures mean little

PARTS: dict[str, Part] = {
    "acks": acks,
    "answers": answers,
    "photos": photos.measure,
    "pictures": pictures.measure,
    "crowd": crowd,
    "starting": starting,
    "sleeping": sleeping.measure,
    "sweeps": sweeps.measure,
    "asking": asking.measure,
    "workers": workers.measure,
}


def page(where: str, figures: list[Figure]) -> str:
    lines = [
        "# Speed, side by side",
        "",
        f"{where} Made by `{COMMAND}`.",
        "",
        "| what | ours | beside | ratio | to reach | reached |",
        "|---|---|---|---|---|---|",
        *(_row(figure) for figure in figures),
        "",
        *(f"- **{figure.what}**: {figure.why}" for figure in figures if figure.why),
    ]
    return "\n".join(lines) + "\n"


def _row(figure: Figure) -> str:
    reached = {True: "yes", False: "no", None: ""}[figure.met]
    cells = (figure.what, figure.ours, figure.beside, figure.ratio, figure.wanted, reached)
    return f"| {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="only to see that it works; writes nothing")
    parser.add_argument(
        "--only", default="", help=f"some parts, by comma: {', '.join(PARTS)}; writes nothing"
    )
    asked = parser.parse_args()
    chosen = asked.only.split(",") if asked.only else list(PARTS)
    where, figures = machine(), []
    for name in chosen:
        sys.stderr.write(f"{time.strftime('%H:%M:%S')} {name}\n")
        figures += PARTS[name](asked.quick)
    text = page(where, figures)
    sys.stdout.write(text)
    if not asked.only and not asked.quick:
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
