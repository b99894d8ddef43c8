"""What the sandbox raises."""


class NotOffered(Exception):
    """This person cannot do this in Slack: there is no such button, or not for them."""
