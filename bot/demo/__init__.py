"""The bot between the sandbox's Slack and Autoenhance. `scenarios/` are scripted days."""
