"""Orders and photos in the JSON of Autoenhance's API, version 2025-08-31."""

import itertools
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]

_ROOMS = ("front", "kitchen", "living-room", "bedroom", "bathroom", "garden", "hallway", "terrace")


def stamp(seconds: float) -> str:
    """A time as Autoenhance writes it: in UTC, without a time zone."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")


def order(
    order_id: str, name: str, images: list[Json], *, now: float, age: float = 1800, **changes: Any
) -> Json:
    """The OrderOut of these photos, created `age` seconds ago and last updated a third of that ago.

    `changes` are fields to add or replace.
    """
    return {
        "order_id": order_id,
        "name": name,
        "status": None,
        "is_processing": False,
        "is_merging": False,
        "is_deleted": False,
        "created_at": stamp(now - age),
        "last_updated_at": stamp(now - age / 3),
        "total_images": len(images),
        "images": images,
        "default_image_sort_order": "name",
        **changes,
    }


def photo(order_id: str, number: int, **changes: Any) -> Json:
    """The ImageOut of photo `number`; `changes` are fields to add or replace."""
    room = _ROOMS[number % len(_ROOMS)]
    return {
        "image_id": f"{number:08x}-a1b2-4c3d-8e4f-{order_id[:6].encode().hex()}",
        "image_name": f"DSC{4200 + number:05d}-{room}.jpg",
        "order_id": order_id,
        "user_id": "auth0|5f0c1d2e3b4a",
        "status": "processed",
        "status_reason": None,
        "date_added": 1763800000000 + 1000 * number,
        "downloaded": False,
        "enhance": True,
        "enhance_type": "property",
        "ai_version": "5.3",
        "lens_correction": True,
        "vertical_correction": True,
        "sky_replacement": True,
        "cloud_type": "CLEAR",
        "window_pull_type": "ONLY_WINDOWS",
        "upscale": False,
        "privacy": False,
        "rating": 0,
        "scene": room,
        "preset_id": None,
        "finetune_settings": {},
        "metadata": {},
        **changes,
    }


def photos(order_id: str, *groups: tuple[int, Json]) -> list[Json]:
    """The photos of each group in turn: a group is a count and the changes of its photos."""
    number = itertools.count(1)
    return [photo(order_id, next(number), **changes) for count, changes in groups for _ in range(count)]


def failed(reason: str | None) -> Json:
    """The fields of a failed photo that differ from a good one."""
    return {"status": "error", "status_reason": reason}


def brackets(order_id: str, images: Iterable[Any], *, each: int = 1) -> list[Json]:
    """The BracketOut of `each` exposures of every photo. The photo has the name of its first one."""
    return [
        bracket(order_id, image.get("image_id"), _exposure(image.get("image_name") or "", number))
        for image in images
        if isinstance(image, dict)
        for number in range(each)
    ]


def bracket(order_id: str, image_id: str | None, name: str, *, is_uploaded: bool = True) -> Json:
    return {
        "bracket_id": f"{name.encode()[:8].hex()}-b1c2-4d3e-9f40-{image_id or 'none'}",
        "image_id": image_id,
        "order_id": order_id,
        "name": name,
        "is_uploaded": is_uploaded,
        "metadata": {},
    }


def _exposure(name: str, number: int) -> str:
    stem, dot, kind = name.rpartition(".")
    return f"{stem}-{number + 1}{dot}{kind}" if number else name
