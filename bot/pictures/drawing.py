"""Draws contact sheets and pairs. Only data goes in, and one JPEG comes out, without metadata.

Dark, as photographers look at photos. What a tile means is said in a word and by its shape, never by colour
alone.
"""

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw, ImageOps

from bot.pictures import words
from bot.pictures.decoding import BACKGROUND, decoded
from bot.pictures.fonts import fitted, fonts, lines, set_in_type
from bot.pictures.sheet import NotAPicture, Tile

WIDTH = 1600
MARGIN, GAP = 24, 20
MAX_TILE_WIDTH = 640  # as wide as a preview: a wider one shows no more
NAME_SIZE, WORD_SIZE, MORE_SIZE = 30, 34, 44
NAME_HEIGHT = 50  # below a tile
MORE_HEIGHT = 96  # of a row that has nothing else
MAX_REASON_LINES = 3
QUALITY = 86  # twelve tiles of nothing but noise are 0.8 MB, and of photos 0.3

TEXT, QUIET, PANEL, LINE = (245, 246, 247), (190, 194, 200), (50, 53, 58), (122, 128, 136)
WARNING = (255, 184, 77)  # on PANEL, 8 : 1

Box = tuple[int, int, int, int]
Colour = tuple[int, int, int]


def sheet(tiles: Sequence[Tile], more: int) -> bytes:
    columns = _columns(len(tiles))
    width = min(MAX_TILE_WIDTH, (WIDTH - 2 * MARGIN - (columns - 1) * GAP) // columns)
    height = width * 2 // 3
    full, left_over = divmod(len(tiles), columns)
    step = height + NAME_HEIGHT + GAP
    rows = full + (left_over > 0)
    below = MORE_HEIGHT + GAP if more and not left_over else 0
    page = Image.new(
        "RGB",
        (2 * MARGIN + columns * (width + GAP) - GAP, 2 * MARGIN - GAP + rows * step + below),
        BACKGROUND,
    )
    for number, tile in enumerate(tiles):
        x, y = MARGIN + number % columns * (width + GAP), MARGIN + number // columns * step
        _tile(page, (x, y, x + width, y + height), tile, number + 1)
    if more:
        x, y = MARGIN + left_over * (width + GAP), MARGIN + full * step
        _more(page, (x, y, page.width - MARGIN, y + (height if left_over else MORE_HEIGHT)), more)
    return _jpeg(page)


def _columns(tiles: int) -> int:
    """So that rows are full, or nearly."""
    return {0: 1, 1: 1, 2: 2, 4: 2}.get(tiles, 3 if tiles <= 9 else 4)  # noqa: PLR2004


def pair(name: str, original: bytes, enhanced: bytes) -> bytes:
    side = (WIDTH - 2 * MARGIN - GAP) // 2
    both = [decoded(each, (side, side * 3 // 2)) for each in (original, enhanced)]
    width = min(side, max(NAME_SIZE * 12, *(each.width for each in both)))
    height = max(width * each.height // each.width for each in both)
    height = min(height, width * 3 // 2)
    page = Image.new("RGB", (2 * MARGIN + 2 * width + GAP, 2 * MARGIN + 2 * NAME_HEIGHT + height), BACKGROUND)
    pen = ImageDraw.Draw(page)
    for number, (picture, word) in enumerate(zip(both, (words.BEFORE, words.AFTER), strict=True)):
        x, y = MARGIN + number * (width + GAP), MARGIN + NAME_HEIGHT
        _heading(pen, (x + width / 2, y - 14), word, TEXT)
        _picture(page, (x, y, x + width, y + height), picture)
    _name(
        page, (MARGIN, page.height - MARGIN - NAME_HEIGHT, page.width - MARGIN, page.height - MARGIN), name, 1
    )
    return _jpeg(page)


def _tile(page: Image.Image, box: Box, tile: Tile, place: int) -> None:
    left, top, right, bottom = box
    picture = None if tile.failed else _decoded(tile.image, (right - left, bottom - top))
    if picture is not None:
        _picture(page, box, picture)
    elif tile.failed:
        _failed(page, box, tile.reason)
    else:
        _no_preview(page, box)
    _name(page, (left, bottom, right, bottom + NAME_HEIGHT), tile.name, place)


def _decoded(image: bytes | None, size: tuple[int, int]) -> Image.Image | None:
    try:
        return decoded(image, size) if image else None
    except NotAPicture:
        return None


def _picture(page: Image.Image, box: Box, picture: Image.Image) -> None:
    """All of it, in the middle of the box."""
    left, top, right, bottom = box
    ImageDraw.Draw(page).rectangle((left, top, right - 1, bottom - 1), fill=PANEL)
    size = (right - left, bottom - top)
    fits = picture.width == size[0] or picture.height == size[1]
    fitting = picture if fits else ImageOps.contain(picture, size)
    page.paste(fitting, ((left + right - fitting.width) // 2, (top + bottom - fitting.height) // 2))


def _failed(page: Image.Image, box: Box, reason: str) -> None:
    """A sign with an exclamation mark, the word, and the reason."""
    left, top, right, bottom = box
    pen, middle = ImageDraw.Draw(page), (left + right) / 2
    pen.rectangle((left, top, right - 1, bottom - 1), fill=PANEL, outline=WARNING, width=4)
    said, font = set_in_type(reason, fonts(NAME_SIZE), "")
    reasons = lines(said, font, right - left - 40, MAX_REASON_LINES)
    line = NAME_SIZE + 6
    y = (top + bottom - (58 + 14 + WORD_SIZE + 10 + len(reasons) * line)) / 2
    pen.polygon([(middle, y), (middle + 34, y + 58), (middle - 34, y + 58)], fill=WARNING)
    pen.rounded_rectangle((middle - 3, y + 20, middle + 3, y + 40), radius=3, fill=PANEL)
    pen.ellipse((middle - 4, y + 44, middle + 4, y + 52), fill=PANEL)
    y += 58 + 14 + WORD_SIZE
    _heading(pen, (middle, y), words.FAILED, WARNING)
    for each in reasons:
        y += line
        pen.text((middle, y + 6), each, fill=TEXT, font=font, anchor="ms")


def _no_preview(page: Image.Image, box: Box) -> None:
    """An empty frame that is crossed out, and the words."""
    left, top, right, bottom = box
    pen, middle = ImageDraw.Draw(page), (left + right) / 2
    pen.rectangle((left, top, right - 1, bottom - 1), fill=PANEL)
    y = (top + bottom) / 2 - 54
    pen.rounded_rectangle((middle - 42, y, middle + 42, y + 58), radius=6, outline=LINE, width=4)
    pen.line((middle - 54, y + 70, middle + 54, y - 12), fill=LINE, width=4)
    pen.text((middle, y + 112), words.NO_PREVIEW, fill=QUIET, font=fonts(WORD_SIZE)[0], anchor="ms")


def _more(page: Image.Image, box: Box, photos: int) -> None:
    left, top, right, bottom = box
    pen = ImageDraw.Draw(page)
    pen.rectangle((left, top, right - 1, bottom - 1), fill=PANEL)
    middle = ((left + right) / 2, (top + bottom) / 2)
    pen.text(middle, words.more(photos), fill=TEXT, font=fonts(MORE_SIZE)[0], anchor="mm")


def _heading(pen: ImageDraw.ImageDraw, at: tuple[float, float], word: str, colour: Colour) -> None:
    """A little bolder than the rest: Pillow's own font has one weight."""
    pen.text(at, word, fill=colour, font=fonts(WORD_SIZE)[0], anchor="ms", stroke_width=1, stroke_fill=colour)


def _name(page: Image.Image, box: Box, name: str, place: int) -> None:
    left, _, right, bottom = box
    said, font = set_in_type(name, fonts(NAME_SIZE), words.numbered(place))
    middle = ((left + right) / 2, bottom - NAME_HEIGHT * 0.3)
    ImageDraw.Draw(page).text(middle, fitted(said, font, right - left), fill=TEXT, font=font, anchor="ms")


def _jpeg(page: Image.Image) -> bytes:
    written = BytesIO()
    page.save(written, "JPEG", quality=QUALITY, optimize=True)
    return written.getvalue()
