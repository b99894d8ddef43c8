"""The blocks, views and messages that Slack refuses, with Slack's error messages."""
