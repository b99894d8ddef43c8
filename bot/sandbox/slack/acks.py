"""What people see after the bot's ack: the answer to a command, a changed modal, or an error."""

from typing import Any

from bot.sandbox.slack.delivery import Exchange
from bot.sandbox.slack.response_urls import Responder
from bot.sandbox.slack.sample_workspace import SLACKBOT
from bot.sandbox.slack.triggers import Refused, ResponseUrl
from bot.sandbox.slack.validation.messages import checked_view
from bot.sandbox.slack.workspace import Message, View, Workspace

CONNECTION_ERROR = "We had some trouble connecting. Try again?"


class Acks:
    def __init__(self, workspace: Workspace, responder: Responder) -> None:
        self._workspace = workspace
        self._responder = responder

    def slackbot(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> None:
        """Post an ephemeral message from Slack itself."""
        self._workspace.post(channel, SLACKBOT, text, ephemeral_to=user, thread_ts=thread_ts)

    def to_command(self, exchange: Exchange, url: ResponseUrl, typed: str) -> None:
        """An ack body with text or blocks is a message. With `in_channel`, the typed command is shown too."""
        name = typed.split(maxsplit=1)[0]
        if exchange.error:
            self.slackbot(url.user, url.channel, f'{name} failed with the error "{exchange.error}"')
            return
        answer = exchange.answer
        if answer.get("response_type") == "in_channel":
            self._workspace.post(url.channel, url.user, typed)
        if answer.get("text") or answer.get("blocks"):
            try:
                self._responder.answer(url, answer)
            except Refused:
                error = "invalid_command_response"
                self.slackbot(url.user, url.channel, f'{name} failed with the error "{error}"')

    def to_shortcut(self, exchange: Exchange, user: str, channel: str) -> None:
        if exchange.error:
            self.slackbot(user, channel, f'The shortcut failed with the error "{exchange.error}"')

    def to_click(self, exchange: Exchange, place: Message | View) -> None:
        """Slack shows nothing for an ack. Without one, it shows a warning beside the clicked control."""
        self._warn(place, exchange.error)

    def to_submission(self, exchange: Exchange, view: View) -> None:
        """An empty ack body closes the modal. A `response_action` updates, pushes or clears instead."""
        if exchange.error:
            self._warn(view, CONNECTION_ERROR)
            return
        try:
            self._act(exchange.answer, view)
        except Refused:
            self._warn(view, CONNECTION_ERROR)

    def _act(self, answer: dict[str, Any], view: View) -> None:
        match answer.get("response_action"):
            case "errors":
                view.errors = answer["errors"]
                self._workspace.change_signal.ring()
            case "update":
                self._workspace.redraw(view, checked_view(answer["view"]))
            case "push":
                self._workspace.push(view.user, checked_view(answer["view"]))
            case "clear":
                self._workspace.close_all(view.user)
            case _:
                self._workspace.close(view)

    def _warn(self, place: Message | View, warning: str) -> None:
        place.warning = warning
        self._workspace.change_signal.ring()
