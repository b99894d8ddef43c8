"""What doing a job means: the order is asked for, understood, remembered, and told in Slack."""
