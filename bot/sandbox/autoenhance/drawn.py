"""Photos of houses that never stood: drawn by code, each from its photo's ID. They show no real place."""

from functools import lru_cache
from io import BytesIO
from random import Random

from PIL import Image, ImageEnhance

from bot.sandbox.autoenhance.scenery import HEIGHT, WIDTH, Scenery
from bot.sandbox.autoenhance.scenes import SCENES, room

_QUALITY = 88


@lru_cache(maxsize=256)
def jpeg(image_id: str, scene: str, *, enhanced: bool, width: int) -> bytes:
    """The photo as it is bought, or as it was shot: darker, flatter, and under a grey sky."""
    scenery = Scenery(Random(image_id), blue_sky=enhanced)  # noqa: S311 - no secret
    SCENES.get(scene, room)(scenery)
    photo = scenery.image
    photo.thumbnail((width, width * HEIGHT // WIDTH + 1))
    photo = _grained(photo, Random(image_id))  # noqa: S311 - no secret
    photo = photo if enhanced else _as_shot(photo)
    written = BytesIO()
    photo.save(written, "JPEG", quality=_QUALITY)
    return written.getvalue()


def _as_shot(photo: Image.Image) -> Image.Image:
    """Underexposed, with little contrast and the yellow of its lamps."""
    photo = ImageEnhance.Color(photo).enhance(0.7)
    photo = ImageEnhance.Contrast(photo).enhance(0.8)
    photo = ImageEnhance.Brightness(photo).enhance(0.7)
    return Image.blend(photo, Image.new("RGB", photo.size, (92, 78, 52)), 0.1)


def _grained(photo: Image.Image, random: Random) -> Image.Image:
    """A lens makes corners dark, and a sensor has noise."""
    noise = Image.frombytes("L", (128, 128), random.randbytes(128 * 128)).resize(photo.size)
    grained = Image.blend(photo, Image.merge("RGB", [noise] * 3), 0.018)
    corners = Image.radial_gradient("L").resize(photo.size).point([max(0, n - 150) for n in range(256)])
    grained.paste((20, 20, 26), (0, 0), corners)
    return grained
