"""Checks for the shape of JSON, with Slack's error messages."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Check = Callable[[Any, str], Iterator[str]]
"""Takes a value and its JSON pointer, and yields Slack's errors about it. Yields nothing if it is valid."""


def wrong(what: str, at: str) -> str:
    """An error as in Slack's `response_metadata`, without the "[ERROR]" before it."""
    return f"{what} [json-pointer:{at}]"


def string(most: int, least: int = 0) -> Check:
    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield wrong("must provide a string", at)
        elif len(value) < least:
            yield wrong(f"must be more than {least - 1} characters", at)
        elif len(value) > most:
            yield wrong(f"must be less than {most + 1} characters", at)

    return check


def number(least: int, most: int) -> Check:
    def check(value: Any, at: str) -> Iterator[str]:
        if isinstance(value, bool) or not isinstance(value, int):
            yield wrong("must provide a number", at)
        elif value < least:
            yield wrong(f"must be more than {least - 1}", at)
        elif value > most:
            yield wrong(f"must be less than {most + 1}", at)

    return check


def flag(value: Any, at: str) -> Iterator[str]:
    if not isinstance(value, bool):
        yield wrong("must provide a boolean", at)


def anything(_value: Any, _at: str) -> Iterator[str]:
    """Accepts every value: for fields that the sandbox does not check."""
    yield from ()


def one_of(*words: str) -> Check:
    def check(value: Any, at: str) -> Iterator[str]:
        if value not in words:
            yield wrong("must be a valid enum value", at)

    return check


def many(each: Check, most: int, least: int = 1) -> Check:
    """A list whose elements all pass `each`. They are checked even when there are too many of them."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield wrong("must provide an array", at)
            return
        if len(value) < least:
            yield wrong(f"must provide at least {least} items", at)
        if len(value) > most:
            yield wrong(f"no more than {most} items allowed", at)
        for index, element in enumerate(value):
            yield from each(element, f"{at}/{index}")

    return check


def shape(needs: Mapping[str, Check], may: Mapping[str, Check] | None = None) -> Check:
    """An object with all of `needs`, any of `may` and nothing else. Its `type` is not checked here."""
    known = {"type": anything, **needs, **(may or {})}

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield wrong("must provide an object", at)
            return
        yield from (wrong(f"missing required field: {key}", at) for key in needs if key not in value)
        yield from (wrong(f"invalid additional property: {key}", at) for key in value if key not in known)
        for key, each in known.items():
            if key in value:
                yield from each(value[key], f"{at}/{key}")

    return check


def by_type(kinds: Mapping[str, Check]) -> Check:
    """An object whose `type` is one of these, and which passes the check of that type."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield wrong("must provide an object", at)
        elif "type" not in value:
            yield wrong("missing required field: type", at)
        elif not isinstance(value["type"], str) or value["type"] not in kinds:
            yield wrong(f"unsupported type: {value['type']}", f"{at}/type")
        else:
            yield from kinds[value["type"]](value, at)

    return check


def also(check: Check, more: Check) -> Check:
    """Both checks. `more` runs only if `check` finds nothing, so that it can rely on a valid value."""

    def both(value: Any, at: str) -> Iterator[str]:
        found = list(check(value, at))
        yield from found or more(value, at)

    return both


def distinct(key: str) -> Check:
    """A list of objects in which no two have the same value for this key."""

    def check(value: list[dict[str, Any]], at: str) -> Iterator[str]:
        seen = set()
        for index, each in enumerate(value):
            if each.get(key) in seen:
                yield wrong(f'`{key}` "{each[key]}" already exists', f"{at}/{index}/{key}")
            seen |= {each[key]} if key in each else set()

    return check
