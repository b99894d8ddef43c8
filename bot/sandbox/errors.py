"""What the sandbox raises."""


class NotOffered(Exception):
    """Slack does not offer this to the person: there is no such button, or not for them."""
