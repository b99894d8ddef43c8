"""Addresses of messages, in the form that Slack's own "Copy link" has, for mrkdwn."""

from dataclasses import dataclass

from bot.watches.models import CardLocation


@dataclass(frozen=True)
class Permalinks:
    """`workspace` is its address, as auth.test says it; empty where it says none."""

    workspace: str

    def thread(self, home: CardLocation | None) -> str:
        """The card, in its thread; empty if there is none."""
        if home is None or not self.workspace.startswith("https://"):
            return ""
        base = f"{self.workspace.rstrip('/')}/archives/{home.channel_id}/p"
        ts = home.card_ts or home.thread_ts
        within = f"?thread_ts={home.thread_ts}&amp;cid={home.channel_id}" if ts != home.thread_ts else ""
        return f"{base}{ts.replace('.', '')}{within}"
