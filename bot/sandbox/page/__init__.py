"""The page in the browser: a Slack to type in, and every exchange with the bot."""
