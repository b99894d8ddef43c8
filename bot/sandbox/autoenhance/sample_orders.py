"""The orders of the stand-in Autoenhance: one of every kind that the bot must understand."""

from bot.sandbox.autoenhance.order_json import Json, bracket, brackets, failed, order, photo, photos

ELM = "3f9a1c2e-7b54-4d0a-9c38-51e60f2ab7d4"
HARBOUR_VIEW = "b81d5e07-2c6f-4e93-8a1b-d04f7c9e3562"
MILL = "90c4e6a2-11d8-4f7b-b5e9-6a3c28d71f05"
CHAPEL = "5d2b7f38-c9e1-4a46-8f0d-e7195b3ca862"
QUAY = "e07a94d1-5b3c-4c28-9e6f-182fd05b7a93"
BIRCH = "7c61f0b9-3ae4-4d85-a2c7-f94e8016d3b5"
OAK = "1a8e53c7-f402-4b9d-8d61-3c7be9520fa4"
REASONS = "c45f2d90-8e17-4a3b-96d2-0b8f71ea5c3d"
FAILED = "28d9b6e4-70f5-4c1a-b3e8-95a1d4c06f72"
EXPIRED = "f6130a8d-94c2-4e5f-8b79-2de7a05c1b48"
DELETED = "643ec7f1-0ad9-4b82-a5d0-7f18b2ce9463"
ODD = "d97e20b5-46f3-4a1c-9f84-c3b0a6518de7"
DISAGREEING = "0b52f8ac-e36d-4917-8c05-a4d7193be6f2"
OLDER = "82a7d3e9-b105-4f6c-a948-5e0c7fd2b316"
UNKNOWN = "af08c51d-6927-4be3-b7f1-04d92e8ac365"
CUSTOM = "12-elm-street"
NASTY = "4e95b0d2-8c7a-4136-9ad5-b6f3e1c20879"
LARGE = "cb3f69e8-17a0-4d52-8e3c-90d5f72ab614"
SILENT = "9f3ad6c1-05b8-4e27-a4d9-6b1f80c2e7a5"
SILENT_WORKING = "57b0e8d4-c219-4f63-8a75-e3906d1bc4f8"
FERN = "e85c1f3a-6d04-4b97-9c2e-71a0f8b3d56c"
"""Nearly 30 days old: so long Autoenhance is said to keep photos."""
CEDAR = "16d4a0f7-8e35-4c92-b7a1-d05e93c48f26"
ORCHARD = "b03c7d52-e418-4fa6-93d7-5a8e21f60c94"
WHARF = "74e9f1b6-3a0c-4d58-8f27-c61b0da5e392"

BLURRED, DARK, LIMITED = (
    "Image is too blurry",
    "Brackets are underexposed",
    "Rate limit exceeded, try again later",
)
_DAY = 86400.0
_WAITING, _PAID, _SILENT = {"status": "waiting"}, {"downloaded": True}, {"status": None}


def sample_orders(now: float) -> list[Json]:
    """All of them, as they are at `now`. ELM and HARBOUR_VIEW are as at the end of their run."""
    return [*_running(now), *_under_way(now), *_ended(now), *_odd(now)]


def second_orders(now: float) -> list[Json]:
    """The orders of another photographer, who has an account of their own."""
    cedar = photos(CEDAR, (16, {}), (2, failed(DARK)))
    return [
        order(CEDAR, "8 Cedar Drive", cedar, now=now, age=600),
        order(ORCHARD, "Orchard House, garden", photos(ORCHARD, (14, {})), now=now, age=6600),
        order(WHARF, "Wharf Street 2 — lobby", photos(WHARF, (22, _PAID)), now=now, age=2 * _DAY),
    ]


def sample_brackets(orders: list[Json]) -> dict[str, list[Json]]:
    """The brackets of the orders that have more than one for each photo, or other ones than the rest."""
    images = {each["order_id"]: each["images"] for each in orders}
    oak, quay, mill = images[OAK], _exposures(QUAY, 36), _exposures(MILL, 12)
    missed = oak[-1]  # a bracket that the grouping missed: it became a photo of its own
    return {
        ELM: brackets(ELM, images[ELM], each=3),
        OAK: [*brackets(OAK, oak[:-1], each=3), *brackets(OAK, [missed])],
        ODD: brackets(ODD, images[ODD], each=5),
        QUAY: quay,
        MILL: [*mill[:-1], mill[-1] | {"is_uploaded": False}],
    }


def _exposures(order_id: str, count: int) -> list[Json]:
    """Exposures that are in no photo yet."""
    return [bracket(order_id, None, f"DJI_{number:04d}.jpg") for number in range(1, count + 1)]


def _running(now: float) -> list[Json]:
    elm = photos(ELM, (17, {}), (1, failed(BLURRED)), (12, {}))
    view = photos(HARBOUR_VIEW, (12, {}))
    return [
        order(ELM, "12 Elm Street — twilight", elm, now=now, age=240),
        order(HARBOUR_VIEW, "7 Harbour View, penthouse", view, now=now, age=120),
    ]


def _under_way(now: float) -> list[Json]:
    quay = {"is_merging": True, "total_images": 0}
    birch = photos(BIRCH, (10, _PAID), (12, {}), (1, failed(BLURRED)), (1, failed(DARK)), (6, _WAITING))
    return [
        order(MILL, "3 Mill Lane — drone", [], now=now, age=90),
        order(CHAPEL, "The Old Chapel", photos(CHAPEL, (9, _WAITING)), now=now, age=400),
        order(QUAY, "44 Quay Road, loft", [], now=now, age=75, **quay),
        order(BIRCH, "Birch Avenue 9", birch, now=now, age=900, is_processing=True),
    ]


def _ended(now: float) -> list[Json]:
    reasons = photos(
        REASONS,
        (18, {}),
        (6, failed(BLURRED)),
        (3, failed(DARK)),
        (1, failed(LIMITED)),
        (2, failed(None)),
    )
    expired = photos(EXPIRED, (20, {"status": "expired"}), (4, _PAID))
    return [
        order(OAK, "Oak Terrace, show home", photos(OAK, (12, _PAID), (6, {})), now=now, age=7200),
        order(REASONS, "21 Station Road", reasons, now=now, age=5400),
        order(FAILED, "Garage block (test shots)", photos(FAILED, (5, failed(DARK))), now=now, age=_DAY),
        order(EXPIRED, "Villa Rosa — spring set", expired, now=now, age=50 * _DAY),
        order(
            FERN,
            "Fern Cottage, garden",
            photos(FERN, (8, _PAID), (8, {})),
            now=now,
            age=26 * _DAY,
        ),
        order(
            DELETED, "Duplicate of Birch Avenue", photos(DELETED, (3, {})), now=now, age=_DAY, is_deleted=True
        ),
        order(
            LARGE,
            "Manor House, all floors",
            photos(LARGE, (128, {}), (12, failed(BLURRED))),
            now=now,
            age=3 * _DAY,
        ),
    ]


def _odd(now: float) -> list[Json]:
    """What the API also sends: settings that differ, numbers that disagree, text with markup."""
    modern = {
        "ai_version": "4.7",
        "enhance_type": "modern",
        "sky_replacement": False,
        "window_pull_type": "NONE",
    }
    nasty = "<!channel> `Plot 5` & <http://evil.example|the safe one> *bold*"
    nasty_photo = photo(
        NASTY, 3, **failed("<!here> see <http://evil.example|help>"), image_name="`a`|<b>.jpg"
    )
    return [
        order(ODD, "5 Garden Mews", photos(ODD, (14, {}), (2, modern)), now=now, age=4000),
        order(
            DISAGREEING, "Riverside 30", photos(DISAGREEING, (40, {})), now=now, age=6000, total_images=42.0
        ),
        _older(now),
        order(
            UNKNOWN,
            "Brook Cottage",
            photos(UNKNOWN, (7, {"status": "in_review"})),
            now=now,
            status="in_review",
        ),
        *_silent(now),
        order(CUSTOM, "12 Elm Street — day", photos(CUSTOM, (8, {})), now=now, age=2 * _DAY),
        order(NASTY, nasty, [*photos(NASTY, (2, {})), nasty_photo], now=now, age=2000),
    ]


def _silent(now: float) -> list[Json]:
    """Orders as the vendor's own example shows one: `status` is null everywhere, whatever is done.

    Reported by a reader of the vendor's documentation, whose photos were "0 of 1 done" for ever.
    """
    finished = photos(SILENT, (10, _SILENT | _PAID), (20, _SILENT))
    working = photos(SILENT_WORKING, (30, _SILENT))
    return [
        order(SILENT, "Hill Farm", finished, now=now, age=3000),
        order(SILENT_WORKING, "Hill Farm, barn", working, now=now, age=300, is_processing=True),
    ]


def _older(now: float) -> Json:
    """An order as accounts get it that are fixed to an API version of 2024."""
    images = photos(OLDER, (10, {"enhanced": True, "error": False}), (1, {"enhanced": False, "error": True}))
    for image in images:
        del image["status"], image["status_reason"], image["window_pull_type"], image["scene"]
        image |= {"window_pull": True, "image_type": "dslr", "is_threesixty": False, "ai_version": 4.0}
    plain = order(OLDER, "Lighthouse Cottage", images, now=now, age=10 * _DAY, status="processed")
    return {
        key: value for key, value in plain.items() if key not in {"is_merging", "default_image_sort_order"}
    }
