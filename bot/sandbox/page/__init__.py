"""The page in the browser: a Slack to type in, and what goes over the wire."""
