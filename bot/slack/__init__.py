"""The one door to Slack: what it sends is read here, what people see is drawn and sent from here."""
