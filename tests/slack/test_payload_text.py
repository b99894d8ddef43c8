"""Text as Slack's payloads may hold it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.slack.listeners import payloads


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        pytest.param(r"ana\ud83d", "ana?", id="half an emoji"),
        pytest.param(r"\ude00ana", "?ana", id="the other half"),
        pytest.param(r"U1\u0000", "U1?", id="a NUL"),
        pytest.param(r"\ud83d\ude00 \u0641", "😀 ف", id="hold: a whole emoji and a letter"),
        pytest.param(r"line\nline", "line\nline", id="hold: a line break"),
    ],
)
def test_what_no_database_stores_becomes_a_question_mark(sent: str, read: str) -> None:
    """A job is recorded whatever characters its payload has."""
    payload = {"user": {"name": json.loads(f'"{sent}"')}}
    assert payloads.dig(payload, "user", "name") == read


@pytest.mark.parametrize(
    ("named", "read"),
    [
        pytest.param(
            {"enterprise": {"id": "E1"}, "team": {"id": "T1", "enterprise_id": "E1"}}, "E1", id="both"
        ),
        pytest.param({"enterprise": {"id": "E1"}, "team": None}, "E1", id="installed in all workspaces"),
        pytest.param(
            {"enterprise": None, "team": {"id": "T1", "enterprise_id": "E1"}}, "E1", id="in the team"
        ),
        pytest.param({"team": {"id": "T1", "enterprise_id": "E1"}}, "E1", id="a submitted modal"),
        pytest.param({"enterprise": None, "team": {"id": "T1"}}, "", id="a workspace alone"),
        pytest.param({"enterprise": ["E1"], "team": "T1"}, "", id="wrong types"),
    ],
)
def test_the_organisation_is_read_wherever_slack_names_it(named: dict[str, Any], read: str) -> None:
    """Slack's payloads differ in where they name the organisation of an Enterprise Grid."""
    payload = {"user": {"id": "U1", "team_id": "T2"}, **named}
    assert payloads.asker(payload, datetime.now(UTC), "T1").enterprise_id == read
