"""URLs of messages for mrkdwn, in the form of Slack's own "Copy link"."""

from dataclasses import dataclass

from bot.watches.models import CardLocation


@dataclass(frozen=True)
class Permalinks:
    """`workspace` is its URL, as auth.test says it. Empty if auth.test says none."""

    workspace: str

    def thread(self, card: CardLocation | None) -> str:
        """The URL of the card, in its thread. Empty if there is no card or no workspace URL."""
        if card is None or not self.workspace.startswith("https://"):
            return ""
        base = f"{self.workspace.rstrip('/')}/archives/{card.channel_id}/p"
        ts = card.card_ts or card.thread_ts
        within = f"?thread_ts={card.thread_ts}&amp;cid={card.channel_id}" if ts != card.thread_ts else ""
        return f"{base}{ts.replace('.', '')}{within}"
