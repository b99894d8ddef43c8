"""What the bot costs where it is large; run by hand, as it takes minutes."""
