"""What every layer may use: errors, logging, settings, metrics. It knows no order, Slack or database."""
