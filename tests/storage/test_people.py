"""The time zones that people chose, on both databases."""

from bot.storage.database.base import Database
from bot.storage.people import People


async def test_a_time_zone_is_kept_until_it_is_changed_or_forgotten(database: Database) -> None:
    """For one person of one workspace alone."""
    people = People(database)
    assert await people.time_zone("T1", "U1") == ""

    await people.set_time_zone("T1", "U1", "Europe/Berlin")
    await people.set_time_zone("T1", "U2", "Asia/Tokyo")
    await people.set_time_zone("T2", "U1", "America/Lima")
    await people.set_time_zone("T1", "U1", "America/New_York")
    assert await people.time_zone("T1", "U1") == "America/New_York"
    assert await people.time_zone("T1", "U2") == "Asia/Tokyo"

    await people.forget("T1", "U1")
    await people.forget("T1", "U9")
    assert await people.time_zone("T1", "U1") == ""
    assert await people.time_zone("T1", "U2") == "Asia/Tokyo"
    assert await people.time_zone("T2", "U1") == "America/Lima"
