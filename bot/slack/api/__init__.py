"""What goes out: posts, updates, responses and views, at Slack's pace, and what Slack's replies mean."""
