"""What every floor may use: errors, logs, settings, metrics; nothing of orders, Slack or the database."""
