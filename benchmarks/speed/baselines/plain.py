"""The plain bot: stock Bolt, and a listener that acks, asks Autoenhance and responds with a section.

It records nothing: what it has acknowledged is lost when it ends. All look-ups share one httpx client, as a
new client would load the certificates each time.
"""

import os
from typing import Any

import httpx
import uvicorn
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

app = AsyncApp(
    signing_secret=os.environ["SLACK_SIGNING_SECRET"],
    client=AsyncWebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"]),
)
handler = AsyncSlackRequestHandler(app)
autoenhance = httpx.AsyncClient(
    base_url=os.environ["AUTOENHANCE_API_URL"], headers={"x-api-key": os.environ["AUTOENHANCE_API_KEY"]}
)


@app.command("/order")
async def order(ack: AsyncAck, command: dict[str, Any], respond: AsyncRespond) -> None:
    await ack()
    found = (await autoenhance.get(f"/v3/orders/{command['text']}")).json()
    done = sum(image["status"] == "processed" for image in found["images"])
    text = f"*{found['name']}*: {done} of {found['total_images']} photos are done"
    await respond(text=text, blocks=[{"type": "section", "text": {"type": "mrkdwn", "text": text}}])


async def endpoint(request: Request) -> Response:
    return await handler.handle(request)


api = Starlette(routes=[Route("/slack/events", endpoint=endpoint, methods=["POST"])])

if __name__ == "__main__":
    uvicorn.run(api, host=os.environ["HOST"], port=int(os.environ["PORT"]))
