"""What Slack refuses of blocks, views and messages, in Slack's words."""
