"""Files that an app uploads: named, sent, completed, and ready a moment later.

Slack works on a file after `files.completeUploadExternal` has answered. Until it is ready, a block with it is
refused as "invalid slack file" (slackapi/python-slack-sdk#1658, slackapi/bolt-python#1251).
"""

import itertools
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.sandbox.slack.triggers import Refused
from bot.sandbox.slack.validation.schema import wrong
from bot.slack.limits import LIMITS

READY_SECONDS = 1.0  # after a file was completed
_KINDS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png"}
_DELETED = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="48">'
    '<text x="12" y="30" font-size="15" fill="#777">This file was deleted.</text></svg>'
)
_PARTS = ("elements", "accessory")  # where a block may have an image


class NoFilesHere(Refused):
    """A response_url takes no block with a file: 404 and `invalid_blocks` (slackapi/java-slack-sdk#1349)."""


@dataclass
class File:
    """`content` is None until its bytes are there, and `completed` until the app has said that they are."""

    id: str
    name: str
    length: int
    secret: str = field(repr=False)
    title: str = ""
    content: bytes | None = field(default=None, repr=False)
    completed: float | None = None
    deleted: bool = False


class Files:
    """Every method that the app calls raises Refused."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._files: dict[str, File] = {}
        self._numbers = itertools.count(1)
        self.base_url: Callable[[], str] = str

    def routes(self) -> list[Route]:
        return [Route("/files/{file_id}", self._show)]

    def kept(self) -> dict[str, File]:
        """The files that are complete and not deleted, by ID."""
        return {
            each.id: each for each in self._files.values() if each.completed is not None and not each.deleted
        }

    def named(self) -> dict[str, File]:
        """All files that were named and not deleted, also those that never got their bytes."""
        return {each.id: each for each in self._files.values() if not each.deleted}

    def name(self, params: dict[str, Any]) -> dict[str, Any]:
        """`files.getUploadURLExternal`. The length may be sent as a text."""
        filename, length = params.get("filename"), str(params.get("length") or "")
        if not filename:
            raise _invalid("missing required field: filename")
        if not length.isdecimal() or not int(length):
            raise _invalid("must be greater than 0 [json-pointer:/length]")
        if len(str(params.get("alt_txt") or "")) > LIMITS.file_alt_text:
            raise Refused("alt_txt_too_large")
        file = File(f"F0{next(self._numbers):08d}", str(filename), int(length), secrets.token_hex(16))
        self._files[file.id] = file
        return {"upload_url": f"{self.base_url()}/upload/{file.secret}", "file_id": file.id}

    def receive(self, secret: str, content: bytes) -> tuple[int, str]:
        """The status and the text that answer a POST to an upload URL."""
        file = next((each for each in self._files.values() if each.secret == secret), None)
        if file is None or file.deleted:
            return 404, "not found"
        if len(content) != file.length:
            return 400, "the length differs"
        file.content = content
        return 200, f"OK - {len(content)}"

    def complete(self, params: dict[str, Any]) -> dict[str, Any]:
        """`files.completeUploadExternal`, without a channel."""
        listed = params.get("files")
        if not isinstance(listed, list) or not listed:
            raise _invalid("missing required field: files")
        if not all(isinstance(each, dict) and each.get("id") for each in listed):
            raise _invalid("missing required field: id [json-pointer:/files/0]")
        files = [self._whole(str(each["id"])) for each in listed]
        for file, each in zip(files, listed, strict=True):
            file.title = str(each.get("title") or file.name)
            file.completed = self._now() if file.completed is None else file.completed
        return {"files": [{"id": file.id, "title": file.title} for file in files]}

    def delete(self, params: dict[str, Any]) -> dict[str, Any]:
        """`files.delete`. A file that was not completed is none."""
        file = self._whole(str(params.get("file")))
        if file.completed is None:
            raise Refused("file_not_found")
        file.deleted, file.content = True, None
        return {}

    def _whole(self, file_id: str) -> File:
        file = self._files.get(file_id)
        if file is not None and file.deleted:
            raise Refused("file_deleted")
        if file is None or file.content is None:
            raise Refused("file_not_found")
        return file

    def require_ready(self, blocks: Any, at: str = "/blocks", *, error: str = "invalid_blocks") -> None:
        """Raises Refused if a file in these blocks, which are valid, is not ready."""
        found = [
            wrong("invalid slack file", pointer)
            for name, pointer in _used(blocks, at)
            if not self._is_ready(name)
        ]
        if found:
            messages = {"messages": [f"[ERROR] {each}" for each in found]}
            more = {"errors": found} if error == "invalid_blocks" else {}
            raise Refused(error, **more, response_metadata=messages)

    def refuse_all(self, blocks: Any) -> None:
        """For a response_url. Raises NoFilesHere if there is a file in these blocks."""
        if found := [wrong("invalid slack file", pointer) for _, pointer in _used(blocks, "/blocks")]:
            raise NoFilesHere("invalid_blocks", errors=found)

    def _is_ready(self, file_id: str) -> bool:
        file = self._files.get(file_id)
        if file is None or file.deleted or file.completed is None:
            return False
        return self._now() - file.completed >= READY_SECONDS

    async def _show(self, request: Request) -> Response:
        """The bytes, for the page. Slack shows them only to people who are signed in."""
        file = self._files.get(request.path_params["file_id"])
        if file is not None and file.deleted:
            return Response(_DELETED, media_type="image/svg+xml")
        if file is None or file.content is None:
            return Response(status_code=404)
        kind = next((kind for mark, kind in _KINDS.items() if file.content.startswith(mark)), "text/plain")
        headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}
        return Response(file.content, media_type=kind, headers=headers)


def _used(blocks: Any, at: str) -> Iterator[tuple[str, str]]:
    """The ID of each file in these blocks, with the pointer to its `slack_file`."""
    for index, block in enumerate(blocks or []):
        yield from _in(block, f"{at}/{index}")
        for part in _PARTS:
            held = block.get(part)
            if isinstance(held, dict):
                yield from _in(held, f"{at}/{index}/{part}")
            elif isinstance(held, list):
                for number, each in enumerate(held):
                    yield from _in(each, f"{at}/{index}/{part}/{number}")


def _in(part: dict[str, Any], at: str) -> Iterator[tuple[str, str]]:
    if part.get("type") == "image" and "slack_file" in part:
        yield str(part["slack_file"].get("id")), f"{at}/slack_file"


def _invalid(message: str) -> Refused:
    return Refused("invalid_arguments", response_metadata={"messages": [f"[ERROR] {message}"]})
