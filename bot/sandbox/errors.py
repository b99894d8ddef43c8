"""What the stand-ins raise."""


class NotOffered(Exception):
    """Nobody can do this in Slack: there is no such button, or this person does not have it."""
