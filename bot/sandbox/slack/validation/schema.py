"""Saying of JSON what it has to be, and complaining as Slack does where it is not."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Check = Callable[[Any, str], Iterator[str]]
"""Given a value and the JSON pointer to it: what Slack would say against it, nothing when all is well."""


def wrong(what: str, at: str) -> str:
    """As it stands in Slack's `response_metadata`, but for the "[ERROR]" before it."""
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
    """For what is no business of a stand-in."""
    yield from ()


def one_of(*words: str) -> Check:
    def check(value: Any, at: str) -> Iterator[str]:
        if value not in words:
            yield wrong("must be a valid enum value", at)

    return check


def many(each: Check, most: int, least: int = 1) -> Check:
    """A list of such; its elements are looked at even when there are too many of them."""

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
    """An object with all of `needs`, any of `may` and nothing else; its `type` is for others to judge."""
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
    """An object that is of one of these types, and as that one has to be."""

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
    """Both; `more` only where the first finds nothing, so that it can rely on what that has seen."""

    def both(value: Any, at: str) -> Iterator[str]:
        found = list(check(value, at))
        yield from found or more(value, at)

    return both


def distinct(key: str) -> Check:
    """Of objects in a list, those that have this key have each another."""

    def check(value: list[dict[str, Any]], at: str) -> Iterator[str]:
        seen = set()
        for index, each in enumerate(value):
            if each.get(key) in seen:
                yield wrong(f'`{key}` "{each[key]}" already exists', f"{at}/{index}/{key}")
            seen |= {each[key]} if key in each else set()

    return check
