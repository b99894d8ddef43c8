"""All sentences that people read in Slack."""
