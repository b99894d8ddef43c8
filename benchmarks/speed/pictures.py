"""A contact sheet from previews, beside a loop of Pillow's thumbnails on one canvas."""

import time
from collections.abc import Callable, Sequence
from io import BytesIO
from statistics import median

from PIL import Image

from benchmarks.speed.figure import Figure
from bot.pictures.sheet import MAX_TILES, Tile, contact_sheet
from bot.sandbox.autoenhance.drawn import jpeg
from bot.sandbox.autoenhance.scenes import SCENES

PHOTOS = 30
WIDTH, COLUMNS, CELL = 640, 4, (373, 248)
MAX_RATIO = 1.5  # times as long as the loop of as many


def plain(files: Sequence[bytes]) -> bytes:
    """What one would write first: no names, no failed photos, no limits."""
    rows = -(-len(files) // COLUMNS)
    page = Image.new("RGB", (COLUMNS * CELL[0], rows * CELL[1]))
    for number, file in enumerate(files):
        picture = Image.open(BytesIO(file))
        picture.thumbnail(CELL)
        page.paste(picture, (number % COLUMNS * CELL[0], number // COLUMNS * CELL[1]))
    written = BytesIO()
    page.save(written, "JPEG", quality=86)
    return written.getvalue()


def measure(quick: bool) -> list[Figure]:  # noqa: FBT001 - the signature of `bench.Part`
    scenes, rounds = list(SCENES), 3 if quick else 60
    names = [f"DSC{4200 + number:05d}-{scenes[number % len(scenes)]}.jpg" for number in range(PHOTOS)]
    files = [
        jpeg(name, scenes[number % len(scenes)], enhanced=True, width=WIDTH)
        for number, name in enumerate(names)
    ]
    tiles = [Tile(name, file) for name, file in zip(names, files, strict=True)]
    some, few = tiles[:MAX_TILES], files[:MAX_TILES]
    return [
        _row("12 previews", rounds, lambda: contact_sheet(some, 0), lambda: plain(few)),
        _row("an order of 30 photos", rounds, lambda: contact_sheet(tiles, 0), lambda: plain(files)),
    ]


def _row(what: str, rounds: int, draw: Callable[[], bytes], loop: Callable[[], bytes]) -> Figure:
    ours: list[float] = []
    beside: list[float] = []
    for _ in range(rounds):
        ours.append(_timed(draw))
        beside.append(_timed(loop))
    ratio = min(ours) / min(beside)  # the minimum: other work on the machine only adds time
    return Figure(
        what=f"a contact sheet of {what}, {WIDTH} px wide each (best)",
        ours=f"{_best(ours)} ms of CPU; {len(draw()) / 1e3:,.0f} kB",
        beside=f"{_best(beside)} ms: a loop of Pillow's thumbnails; {len(loop()) / 1e3:,.0f} kB",
        ratio=f"{ratio:.2f}",
        wanted=f"at most {MAX_RATIO} x",
        met=ratio <= MAX_RATIO,
        why="ours has names, checks each file and decodes twelve at most. It is drawn in a thread.",
    )


def _best(values: Sequence[float]) -> str:
    return f"{min(values):.1f} (median {median(values):.1f}, most {max(values):.1f})"


def _timed(do: Callable[[], object]) -> float:
    """How much CPU time `do` takes, in milliseconds."""
    begun = time.process_time()
    do()
    return (time.process_time() - begun) * 1000
