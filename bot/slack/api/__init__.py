"""What goes out: posts, updates, responses and views, and what Slack's replies mean."""
