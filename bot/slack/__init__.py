"""All that knows Slack: reads what Slack sends, draws what people see, and sends it."""
