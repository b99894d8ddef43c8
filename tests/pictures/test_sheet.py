"""Contact sheets and pairs: what is on them, from good files and from bad ones."""

import asyncio
import sys
import threading
import zlib
from asyncio.subprocess import PIPE, create_subprocess_exec
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, PngImagePlugin

from bot.pictures import drawing, fonts
from bot.pictures.decoding import BACKGROUND, MAX_PIXELS, decoded
from bot.pictures.sheet import NotAPicture, Tile, available, contact_sheet, pair
from tests.support.process import ROOT

Colour = tuple[int, int, int]
RED, GREEN, BLUE = (220, 40, 40), (40, 180, 60), (40, 70, 220)


def filled(colour: Colour, size: tuple[int, int] = (640, 427), kind: str = "JPEG", **saved: Any) -> bytes:
    return written(Image.new("RGB", size, colour), kind, **saved)


def written(image: Image.Image, kind: str = "JPEG", **saved: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **saved)
    return file.getvalue()


def opened(jpeg: bytes) -> Image.Image:
    image = Image.open(BytesIO(jpeg))
    assert image.format == "JPEG"
    return image


def near(image: Image.Image, at: tuple[float, float], colour: Colour) -> bool:
    found = image.getpixel((round(at[0]), round(at[1])))
    assert isinstance(found, tuple)
    return all(abs(one - other) < 12 for one, other in zip(found, colour, strict=True))


def png_of(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that says that it has so many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([1, 0, 0, 0, 0])
    rows = zlib.compress(bytes((width // 8 + 2) * height), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


GOOD = filled(RED)


def test_a_sheet_of_twelve_is_one_jpeg_of_1600_pixels() -> None:
    """Four in a row, with a row for what is left out. It has no metadata."""
    sheet = opened(contact_sheet([Tile(f"{n}.jpg", GOOD) for n in range(12)], 18))

    assert sheet.width == 1600
    assert sheet.height < sheet.width
    assert dict(sheet.getexif()) == {}
    assert not {"exif", "icc_profile", "comment", "xmp"} & set(sheet.info)


def test_failed_photos_come_first_and_the_others_in_their_order() -> None:
    """A failed tile has its frame in the place of a photo, also where it has an image."""
    tiles = [Tile("r", filled(RED)), Tile("g", filled(GREEN)), Tile("b", filled(BLUE), failed=True)]
    sheet = opened(contact_sheet(tiles, 0))

    third, y = sheet.width / 3, 24 + 100
    assert near(sheet, (26, y), drawing.WARNING)
    assert near(sheet, (third * 1.5, y), RED)
    assert near(sheet, (third * 2.5, y), GREEN)


def test_what_is_on_a_failed_tile_depends_on_its_reason() -> None:
    """The reason is drawn, and the name below."""
    sheets = {
        contact_sheet([Tile(name, None, failed=True, reason=reason)], 0)
        for name, reason in [("a.jpg", ""), ("a.jpg", "Too dark"), ("a.jpg", "Blurred"), ("b.jpg", "Blurred")]
    }
    assert len(sheets) == 4


def test_more_than_twelve_photos_are_counted_with_the_rest() -> None:
    """The failed ones stay on it."""
    tiles = [Tile(f"{n}.jpg", GOOD) for n in range(13)]
    bad = Tile("bad.jpg", None, failed=True)

    assert contact_sheet(tiles, 5) == contact_sheet(tiles[:12], 6)
    assert contact_sheet([*tiles, bad], 5) == contact_sheet([bad, *tiles[:11]], 7)


@pytest.mark.parametrize("count", range(13))
@pytest.mark.parametrize("more", [0, 18])
def test_any_number_of_photos_fills_the_sheet(count: int, more: int) -> None:
    """At most two places of a last row are empty, and none where there are more photos."""
    sheet = opened(contact_sheet([Tile(f"{n}.jpg", GOOD) for n in range(count)], more))

    assert sheet.width <= 1600
    if more:
        assert near(sheet, (sheet.width - 30, sheet.height - 24 - 25 - 60), drawing.PANEL)


DAMAGED = {
    "nothing": b"",
    "text": b"<html>Bad gateway</html>",
    "a JPEG's first bytes": GOOD[:40],
    "half a JPEG": filled(RED, (2000, 2000))[:-3000],
    "half a PNG": png_of(600, 400)[:-30],
    "a GIF": filled(RED, kind="GIF"),
    "a WebP": filled(RED, kind="WEBP"),
    "a TIFF": filled(RED, kind="TIFF"),
    "too many pixels": png_of(4001, 4000),
    "far too many pixels": png_of(100_000, 100_000)[:5000],
    "a PNG without size": png_of(0, 10),
    "a long text in a PNG": b"",
}


def _with_long_text() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("bomb", " " * 80_000_000, zip=True)
    return filled(RED, (10, 10), "PNG", pnginfo=info)


@pytest.mark.parametrize("name", DAMAGED)
def test_a_bad_file_is_a_tile_without_a_preview(name: str) -> None:
    """The sheet is as if there were no file. Nothing is raised."""
    bad = DAMAGED[name] or _with_long_text()

    assert contact_sheet([Tile("a.jpg", bad)], 0) == contact_sheet([Tile("a.jpg", None)], 0)
    for both in ((bad, GOOD), (GOOD, bad)):
        with pytest.raises(NotAPicture):
            pair("a.jpg", *both)


@settings(max_examples=60)
@given(st.data())
def test_no_damage_raises(data: st.DataObject) -> None:
    """Bytes are changed anywhere in a JPEG or a PNG."""
    file = bytearray(data.draw(st.sampled_from([filled(GREEN, (64, 48)), filled(GREEN, (64, 48), "PNG")])))
    for _ in range(data.draw(st.integers(1, 8))):
        file[data.draw(st.integers(0, len(file) - 1))] = data.draw(st.integers(0, 255))
    assert contact_sheet([Tile("a.jpg", bytes(file))], 0)


def test_the_largest_picture_that_is_decoded() -> None:
    """It has as many pixels as the limit says."""
    assert MAX_PIXELS == 4000 * 4000
    assert contact_sheet([Tile("a", png_of(4000, 4000))], 0) != contact_sheet([Tile("a", None)], 0)


def test_a_picture_is_turned_as_its_camera_says() -> None:
    """Orientation 6: what the file has on the left is above."""
    lying = Image.new("RGB", (600, 400), RED)
    lying.paste(BLUE, (300, 0, 600, 400))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Artist] = "Ana"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[1] = "N"
    drawn = contact_sheet([Tile("a.jpg", written(lying, exif=exif.tobytes()))], 0)
    sheet = opened(drawn)

    middle, height = sheet.width / 2, 640 * 2 // 3
    assert near(sheet, (middle, 24 + height * 0.2), RED)
    assert near(sheet, (middle, 24 + height * 0.8), BLUE)
    assert near(sheet, (40, 24 + height / 2), drawing.PANEL)
    assert b"Exif" not in drawn
    assert b"Ana" not in drawn


def test_a_turned_picture_is_as_large_as_its_place_allows() -> None:
    """It is made smaller once, with the width and height that it has when it is upright."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    lying = filled(RED, (600, 300), exif=exif.tobytes())

    assert decoded(lying, (100, 300)).size == (100, 200)
    assert decoded(filled(RED, (600, 300)), (100, 300)).size == (100, 50)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "CMYK", "1", "I;16"])
def test_every_kind_of_pixel_is_drawn(mode: str) -> None:
    """Grey, with a palette, transparent, for print: a sheet is drawn of each."""
    image = Image.new("RGB", (60, 40), GREEN)
    image = Image.new("I;16", (60, 40), 9000) if mode == "I;16" else image.convert(mode)
    file = written(image, "JPEG" if mode == "CMYK" else "PNG")
    assert contact_sheet([Tile("a", file)], 0) != contact_sheet([Tile("a", None)], 0)


def test_what_is_transparent_shows_the_background() -> None:
    """It does not turn into white or black."""
    clear = written(Image.new("RGBA", (600, 400), (255, 255, 255, 0)), "PNG")
    assert near(opened(contact_sheet([Tile("a", clear)], 0)), (300, 200), BACKGROUND)


def test_a_sheet_has_at_most_a_megabyte() -> None:
    """Also of pictures that no JPEG makes small."""
    bands = [Image.effect_noise((384, 256), 200) for _ in range(3)]
    noise = written(Image.merge("RGB", bands), "PNG")
    assert len(contact_sheet([Tile("a.jpg", noise)] * 12, 18)) <= 1_000_000


def test_before_is_on_the_left_and_after_on_the_right() -> None:
    """Side by side, as large as each other."""
    both = opened(pair("a.jpg", filled(RED), filled(GREEN)))

    assert both.width <= 1600
    assert near(both, (both.width * 0.25, both.height / 2), RED)
    assert near(both, (both.width * 0.75, both.height / 2), GREEN)


def test_a_pair_has_the_name_and_any_shape() -> None:
    """The name is in the picture. A very high photo makes no very high pair."""
    assert pair("a.jpg", GOOD, GOOD) != pair("b.jpg", GOOD, GOOD)
    high = opened(pair("a.jpg", filled(RED, (40, 4000)), filled(GREEN, (4000, 40))))
    assert high.height < 1600


@pytest.mark.parametrize(
    ("name", "drawn"),
    [
        ("DSC_0417.jpg", "DSC_0417.jpg"),
        ("Küche é.jpg", "Kuche e.jpg"),
        ("Ku\u0308che.jpg", "Kuche.jpg"),
        ("Straße – Łódź.jpg", "Strasse - Lodz.jpg"),
        ("кухня-01.jpg", "…-01.jpg"),
        ("厨房 2.jpg", "… 2.jpg"),
        ("مطبخ.jpg", "Photo 7"),
        ("a\n b\t c.jpg", "a b c.jpg"),
        ("\u202egpj.exe", "gpj.exe"),
        ("\x00a\ud800.jpg", "a.jpg"),
        ("\U00013000\U00013001-01.jpg", "…-01.jpg"),
        ("Room \U00013000 2.jpg", "Room … 2.jpg"),
        ("\U00013000.jpg", "Photo 7"),
        ("---.jpg", "Photo 7"),
        ("", "Photo 7"),
    ],
)
def test_a_name_is_drawn_as_far_as_a_font_can(name: str, drawn: str) -> None:
    """Pillow's own font has the letters of ASCII. Others lose their accents, or become an ellipsis."""
    assert fonts.set_in_type(name, fonts.fonts(30)[:1], "Photo 7")[0] == drawn


@settings(max_examples=60)
@given(st.text(max_size=300), st.text(max_size=300))
def test_no_text_raises(name: str, reason: str) -> None:
    """Whatever a photo is called, and whatever Autoenhance says of it."""
    assert contact_sheet([Tile(name, None, failed=True, reason=reason), Tile(name, None)], 0)


@given(st.text(min_size=1, max_size=120))
def test_a_name_fits_its_tile(text: str) -> None:
    """Its beginning and its end stay."""
    drawn, font = fonts.set_in_type(text, fonts.fonts(30), "Photo 1")
    fitting = fonts.fitted(drawn, font, 300)
    assert font.getlength(fitting) <= 300 or len(fitting) <= 2


def test_long_reasons_end_with_an_ellipsis() -> None:
    """A word that is wider than a line is shortened. What does not fit into the lines is left out."""
    font = fonts.fonts(30)[0]
    said = fonts.lines("Rate limit exceeded because " + "w" * 90 + " and more of it", font, 300, 3)

    assert len(said) == 3
    assert said[-1].endswith("…")
    assert all(font.getlength(line) <= 300 for line in said)


@pytest.mark.parametrize(
    ("text", "behind", "least"),
    [
        (drawing.TEXT, BACKGROUND, 7),
        (drawing.TEXT, drawing.PANEL, 7),
        (drawing.WARNING, drawing.PANEL, 4.5),
        (drawing.QUIET, drawing.PANEL, 4.5),
        (drawing.LINE, drawing.PANEL, 3),
    ],
)
def test_everybody_can_read_it(text: Colour, behind: Colour, least: float) -> None:
    """Contrast as WCAG 2 counts it. It is of lightness, so it needs no colour."""

    def light(colour: Colour) -> float:
        parts = [
            n / 255 / 12.92 if n / 255 <= 0.04045 else ((n / 255 + 0.055) / 1.055) ** 2.4 for n in colour
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    assert (light(text) + 0.05) / (light(behind) + 0.05) >= least


class _Waiting(list[Tile]):
    """Tiles that are not there before the event loop says so."""

    def __init__(self, tiles: list[Tile], there: threading.Event) -> None:
        super().__init__(tiles)
        self._there = there

    def __iter__(self) -> Iterator[Tile]:
        assert self._there.wait(20)
        return super().__iter__()


async def test_the_event_loop_goes_on_while_a_sheet_is_drawn() -> None:
    """Drawn in a thread, it needs nothing of the loop, which does something else in between."""
    there, tiles = threading.Event(), [Tile("a.jpg", GOOD)]
    drawing_it = asyncio.create_task(asyncio.to_thread(contact_sheet, _Waiting(tiles, there), 0))
    await asyncio.sleep(0)
    there.set()
    assert await drawing_it == contact_sheet(tiles, 0)


def test_sheets_can_be_drawn_in_several_threads() -> None:
    """Each is as if it were drawn alone."""
    tiles = [[Tile(f"{n}.jpg", filled(colour))] for n, colour in enumerate([RED, GREEN, BLUE] * 4)]
    alone = [contact_sheet(each, 1) for each in tiles]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda each: contact_sheet(each, 1), tiles)) == alone


async def test_without_pillow_nothing_is_available() -> None:
    """The module can be imported, and says so. With Pillow, it is not imported before something is drawn."""
    assert available()
    said = []
    for begin in ('sys.modules["PIL"] = None', "pass"):
        shown = "sheet.available(), 'PIL.Image' in sys.modules"
        program = f"import sys; {begin}; from bot.pictures import sheet; print({shown})"
        process = await create_subprocess_exec(sys.executable, "-c", program, cwd=ROOT, stdout=PIPE)
        said.append((await process.communicate())[0].decode().split())
    assert said == [["False", "False"], ["True", "False"]]
