"""Reads a JPEG or PNG from elsewhere, within limits."""

import warnings
from io import BytesIO

from PIL import ExifTags, Image, ImageOps

from bot.pictures.sheet import NotAPicture

FORMATS = ("JPEG", "PNG")
MAX_PIXELS = 16_000_000  # 60 times what a preview has. Decoded, these are 48 MB, and 64 with transparency
_ON_ITS_SIDE = {5, 6, 7, 8}  # values of the orientation
BACKGROUND = (32, 34, 38)

# Pillow raises an error above twice its limit and only warns below, so a warning is an error too.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)


def decoded(data: bytes, size: tuple[int, int]) -> Image.Image:
    """The picture upright, and at most of this width and height. Nothing else of the file is kept.

    Raises NotAPicture. The size is looked at before anything is decoded, and a large JPEG is decoded smaller.
    """
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as picture:
            if picture.width * picture.height <= MAX_PIXELS:
                turned = picture.getexif().get(ExifTags.Base.Orientation) in _ON_ITS_SIDE
                picture.thumbnail(size[::-1] if turned else size)
                return _opaque(ImageOps.exif_transpose(picture))
    except Exception as error:  # a file that is damaged on purpose may raise anything
        raise NotAPicture("cannot be decoded") from error
    raise NotAPicture("too many pixels")


def _opaque(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layer = picture.convert("RGBA")
    flat = Image.new("RGB", layer.size, BACKGROUND)
    flat.paste(layer, (0, 0), layer)
    return flat
