"""PNG with 256 colours, which is enough for text and small enough for git."""

import base64
import struct
import zlib
from collections import Counter

from playwright.async_api import Browser

COLOURS = 256
_DECODE = """async (png) => {
  const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
  const drawing = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
  drawing.drawImage(bitmap, 0, 0);
  const bytes = drawing.getImageData(0, 0, bitmap.width, bitmap.height).data;
  const read = new FileReader();
  const text = new Promise((resolve) => { read.onload = () => resolve(read.result.split(",")[1]); });
  read.readAsDataURL(new Blob([bytes]));
  return [bitmap.width, bitmap.height, await text];
}"""

_Pixel = int  # red, green, blue and a full alpha, the first in the lowest byte


async def smaller(browser: Browser, png: bytes) -> bytes:
    """The same picture in fewer bytes. The browser decodes it, as no installed library can."""
    page = await browser.new_page()
    try:
        width, height, text = await page.evaluate(_DECODE, base64.b64encode(png).decode())
    finally:
        await page.close()
    pixels = memoryview(base64.b64decode(text)).cast("I")
    palette, places = _palette(Counter(pixels))
    rows = bytes(map(places.__getitem__, pixels))
    lines = b"".join(b"\0" + rows[at : at + width] for at in range(0, len(rows), width))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", b"".join(bytes(_rgb(colour)) for colour in palette)),
            _chunk(b"IDAT", zlib.compress(lines, 9)),
            _chunk(b"IEND", b""),
        ]
    )


def _palette(counted: Counter[_Pixel]) -> tuple[list[_Pixel], dict[_Pixel, int]]:
    """The most frequent colours, and for each colour of the picture the index of the nearest."""
    palette = [colour for colour, _ in counted.most_common(COLOURS)]
    known = [_rgb(colour) for colour in palette]
    places = {colour: place for place, colour in enumerate(palette)}
    for colour in counted.keys() - places.keys():
        red, green, blue = _rgb(colour)
        distances = [(red - r) ** 2 + (green - g) ** 2 + (blue - b) ** 2 for r, g, b in known]
        places[colour] = distances.index(min(distances))
    return palette, places


def _rgb(pixel: _Pixel) -> tuple[int, int, int]:
    return pixel & 255, pixel >> 8 & 255, pixel >> 16 & 255


def _chunk(kind: bytes, content: bytes) -> bytes:
    checked = kind + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))
