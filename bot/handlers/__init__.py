"""What doing a job means: ask Autoenhance, work out what changed, store it, send it to Slack."""
