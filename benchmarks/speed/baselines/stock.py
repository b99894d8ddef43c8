"""Stock Bolt: AsyncApp and its Starlette adapter as their documentation shows them. It only acks."""

import os

import uvicorn
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
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


@app.command("/order")
async def order(ack: AsyncAck) -> None:
    await ack()


@app.action("recheck")
async def recheck(ack: AsyncAck) -> None:
    await ack()


async def endpoint(request: Request) -> Response:
    return await handler.handle(request)


api = Starlette(routes=[Route("/slack/events", endpoint=endpoint, methods=["POST"])])

if __name__ == "__main__":
    uvicorn.run(api, host=os.environ["HOST"], port=int(os.environ["PORT"]))
