"""A stand-in for Slack: its Web API, what it sends to a bot, and what people do and see."""
