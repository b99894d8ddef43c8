"""HTTP endpoints other than Slack's: health, metrics, Autoenhance's webhook."""
