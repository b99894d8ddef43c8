"""Socket Mode: deliveries and their acks go over a WebSocket that the bot opens."""

import asyncio
import json
import secrets
from collections.abc import Callable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.sandbox.server import json_object
from bot.sandbox.slack import sample_workspace

INVALID_PAYLOAD, POLICY_VIOLATION = 1007, 1008


class SocketMode:
    """Every link from `apps.connections.open` is valid for one connection."""

    def __init__(self, ring: Callable[[], None]) -> None:
        self.sockets: list[WebSocket] = []
        self._ring = ring
        self._links: set[str] = set()
        self._acks: dict[str, asyncio.Future[Any]] = {}

    def routes(self) -> list[WebSocketRoute]:
        return [WebSocketRoute("/link/{link}", self._connected)]

    def link(self, base_url: str) -> str:
        """A new WebSocket URL, valid for one connection."""
        link = secrets.token_hex(16)
        self._links.add(link)
        return f"ws{base_url.removeprefix('http')}/link/{link}"

    def envelope(self, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        return {
            "envelope_id": secrets.token_hex(16),
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
            **({"retry_attempt": 0, "retry_reason": ""} if kind == "events_api" else {}),
        }

    async def deliver(self, envelope: bytes) -> bytes:
        """Send over one of the connections and wait for the ack. Returns the ack's payload as JSON."""
        envelope_id = json.loads(envelope)["envelope_id"]
        self._acks[envelope_id] = asyncio.get_running_loop().create_future()
        try:
            await self.sockets[0].send_text(envelope.decode())
            payload = await self._acks[envelope_id]
        finally:
            del self._acks[envelope_id]
        return json.dumps(payload).encode() if payload else b""

    async def _connected(self, socket: WebSocket) -> None:
        link = socket.path_params["link"]
        if link not in self._links:
            await socket.close(POLICY_VIOLATION)
            return
        self._links.remove(link)
        await socket.accept()
        await socket.send_json(self._hello())
        self.sockets.append(socket)
        self._ring()
        try:
            await self._read_acks(socket)
        except WebSocketDisconnect:
            pass
        except HTTPException as bad:
            await socket.close(INVALID_PAYLOAD, bad.detail)
        finally:
            self.sockets.remove(socket)
            self._ring()

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self.sockets) + 1,
            "debug_info": {"host": "sandbox", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": sample_workspace.APP},
        }

    async def _read_acks(self, socket: WebSocket) -> None:
        while True:
            ack = json_object(await socket.receive_text())
            waiting = self._acks.get(ack.get("envelope_id", ""))
            if waiting is not None and not waiting.done():
                waiting.set_result(ack.get("payload"))
