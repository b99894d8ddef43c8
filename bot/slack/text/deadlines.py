"""Sentences about the time by which an order is wanted, and about time zones."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.slack.blocks import escape, quoted, when
from bot.slack.constants import COMMAND
from bot.watches.deadlines import MIDNIGHT, Day, Deadline

TIME = "{time}"
_NEAR = timedelta(hours=12)  # within these, a time of day can be no other day's
_NOON = 12

# What was typed


def typed(deadline: Deadline) -> str:
    """As a person would type it: `by tomorrow 5:30pm`."""
    hour = deadline.hour % MIDNIGHT
    minutes = f":{deadline.minute:02}" if deadline.minute else ""
    said = f"{hour % _NOON or _NOON}{minutes}{'pm' if hour >= _NOON else 'am'}"
    if deadline.hour == MIDNIGHT:
        said = "midnight"
    return f"`by {deadline.day} {said}`" if deadline.day else f"`by {said}`"


def not_understood(text: str) -> str:
    return f"I don't understand the time {quoted(text)}. Type it like `by 17:00` or `by tomorrow 9am`."


NO_TIME = "By when? Type a time, such as `by 17:00` or `by tomorrow 9am`."
WITHOUT_ORDER = f"Which order? Type `{COMMAND} watch`, its ID or link, and then the time, such as `by 17:00`."


def morning_or_evening(morning: Deadline, evening: Deadline) -> str:
    """For a bare hour, which may be either."""
    if morning.hour == MIDNIGHT:
        return f"Noon or midnight? Type {typed(evening)} or {typed(morning)}."
    hour = morning.hour
    return f"{hour} AM or {hour} PM? Type {typed(morning)} or {typed(evening)}."


def passed(deadline: Deadline, zone: ZoneInfo, now: datetime) -> str:
    """For a time of today that has passed. A time in the morning may have been meant for the evening."""
    local = now.astimezone(zone)
    options = []
    if 0 < deadline.hour < _NOON and (deadline.hour + _NOON, deadline.minute) > (local.hour, local.minute):
        options.append(typed(Deadline(hour=deadline.hour + _NOON, minute=deadline.minute)))
    options.append(typed(Deadline(hour=deadline.hour, minute=deadline.minute, day=Day.TOMORROW)))
    said = f"{local.hour % _NOON or _NOON}:{local:%M} {'PM' if local.hour >= _NOON else 'AM'}"
    return f"It's already {said} in {place_of(str(zone))}. Type {' or '.join(options)}."


# On cards, in lists and in notices


def time_of(due: datetime, at: datetime) -> str:
    """The time in the reader's time zone, with the day unless it is near. `at`: when it is said."""
    return when(due, TIME) if abs(due - at) <= _NEAR else when(due)


def due_by(due: datetime, at: datetime) -> str:
    return f"Due by {time_of(due, at)}"


def unless_by(due: datetime, at: datetime) -> str:
    """What a watch will do, within a sentence."""
    return f"if it won't be done by {time_of(due, at)}"


# Time zones

WHICH_ZONE = "Which time zone are you in? I ask this only once."
CHOOSE_ZONE = "A city with your time"
FORGOTTEN = "I've forgotten your time zone. I'll ask again when I need it."
NO_ZONES = (
    "I can't read time zones on this machine, so I don't know when that is. "
    "Ask an admin to install the Python package `tzdata`."
)


def zone_is(name: str) -> str:
    """What the setting is. The menu to change it stands below."""
    return (
        f"Your time zone: {escape(place_of(name))}. To change it, choose another one. "
        f"To delete it, type `{COMMAND} settings timezone off`."
    )


def zone_set(name: str) -> str:
    return f"Your time zone is set: {escape(place_of(name))}. Change it: `{COMMAND} settings timezone`"


def place_of(zone: str) -> str:
    """The city of a time zone."""
    known = next((label for label, name in TIME_ZONES if name == zone), "")
    return known.partition(" (")[0] or zone.rpartition("/")[2].replace("_", " ")


TIME_ZONES: tuple[tuple[str, str], ...] = (
    ("Adelaide", "Australia/Adelaide"),
    ("Amsterdam", "Europe/Amsterdam"),
    ("Anchorage (Alaska Time)", "America/Anchorage"),
    ("Athens", "Europe/Athens"),
    ("Auckland", "Pacific/Auckland"),
    ("Bangkok", "Asia/Bangkok"),
    ("Berlin", "Europe/Berlin"),
    ("Bogotá", "America/Bogota"),
    ("Brisbane", "Australia/Brisbane"),
    ("Brussels", "Europe/Brussels"),
    ("Bucharest", "Europe/Bucharest"),
    ("Buenos Aires", "America/Argentina/Buenos_Aires"),
    ("Cairo", "Africa/Cairo"),
    ("Chicago (Central Time)", "America/Chicago"),
    ("Copenhagen", "Europe/Copenhagen"),
    ("Denver (Mountain Time)", "America/Denver"),
    ("Dhaka", "Asia/Dhaka"),
    ("Dubai", "Asia/Dubai"),
    ("Dublin", "Europe/Dublin"),
    ("Halifax (Atlantic Time)", "America/Halifax"),
    ("Helsinki", "Europe/Helsinki"),
    ("Ho Chi Minh City", "Asia/Ho_Chi_Minh"),
    ("Hong Kong", "Asia/Hong_Kong"),
    ("Honolulu (Hawaii Time)", "Pacific/Honolulu"),
    ("Istanbul", "Europe/Istanbul"),
    ("Jakarta", "Asia/Jakarta"),
    ("Jerusalem", "Asia/Jerusalem"),
    ("Johannesburg", "Africa/Johannesburg"),
    ("Karachi", "Asia/Karachi"),
    ("Kathmandu", "Asia/Kathmandu"),
    ("Kolkata (India Time)", "Asia/Kolkata"),
    ("Kyiv", "Europe/Kiev"),
    ("Lagos", "Africa/Lagos"),
    ("Lima", "America/Lima"),
    ("Lisbon", "Europe/Lisbon"),
    ("London", "Europe/London"),
    ("Los Angeles (Pacific Time)", "America/Los_Angeles"),
    ("Madrid", "Europe/Madrid"),
    ("Manila", "Asia/Manila"),
    ("Mexico City", "America/Mexico_City"),
    ("Nairobi", "Africa/Nairobi"),
    ("New York (Eastern Time)", "America/New_York"),
    ("Oslo", "Europe/Oslo"),
    ("Paris", "Europe/Paris"),
    ("Perth", "Australia/Perth"),
    ("Phoenix (Arizona Time)", "America/Phoenix"),
    ("Prague", "Europe/Prague"),
    ("Riyadh", "Asia/Riyadh"),
    ("Rome", "Europe/Rome"),
    ("Santiago", "America/Santiago"),
    ("São Paulo", "America/Sao_Paulo"),
    ("Seoul", "Asia/Seoul"),
    ("Shanghai", "Asia/Shanghai"),
    ("Singapore", "Asia/Singapore"),
    ("St. John's (Newfoundland Time)", "America/St_Johns"),
    ("Stockholm", "Europe/Stockholm"),
    ("Sydney", "Australia/Sydney"),
    ("Taipei", "Asia/Taipei"),
    ("Tokyo", "Asia/Tokyo"),
    ("Toronto (Eastern Time)", "America/Toronto"),
    ("UTC", "UTC"),
    ("Vancouver (Pacific Time)", "America/Vancouver"),
    ("Vienna", "Europe/Vienna"),
    ("Warsaw", "Europe/Warsaw"),
    ("Zurich", "Europe/Zurich"),
)
"""Cities and their IANA time zones, by name. `Europe/Kiev` is known to older data too."""
