"""HTTP other than Slack's: health, metrics, Autoenhance's webhook, and what a connection may do."""
