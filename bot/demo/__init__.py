"""The bot between a Slack and an Autoenhance of its own; `scenarios/` are scripted days."""
