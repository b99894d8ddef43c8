"""Slack's limits, in one table. The bot keeps what it sends within them. The sandbox refuses the rest.

The numbers are from docs.slack.dev (reference/block-kit, reference/views, reference/methods) and @slack/types
3.2.0, read in 2026. Each is the most that Slack takes, in characters unless it counts something else.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    # How many
    message_blocks: int = 50
    modal_blocks: int = 100  # of a Home tab as well
    fields: int = 10
    context_elements: int = 10
    action_elements: int = 25
    options: int = 5  # of an overflow menu
    choices: int = 100  # of a select menu
    boxes: int = 10  # of checkboxes and radio buttons

    # Texts
    header: int = 150
    section: int = 3000  # any text object
    field: int = 2000
    button: int = 75  # label and accessibility label
    option: int = 75  # label, description and value. For a value the types say 75 and the docs 150
    value: int = 2000
    url: int = 3000  # of a button, an option and a picture
    alt_text: int = 2000
    file_alt_text: int = 1000  # of an uploaded file
    image_title: int = 2000
    id: int = 255  # block_id, action_id, callback_id
    input_label: int = 2000  # and the hint below
    placeholder: int = 150
    typed: int = 3000  # what min_length and max_length may ask for
    confirm_title: int = 100
    confirm_text: int = 300
    confirm_button: int = 30
    indent: int = 8  # levels of a list in rich text

    # Views
    modal_title: int = 24  # title, submit and close
    metadata: int = 3000
    view_bytes: int = 250_000

    # Messages
    text: int = 4000  # chat.update refuses more
    posted_text: int = 40_000  # chat.postMessage cuts off the rest

    # How long, and how often, something can be used
    ack_seconds: float = 3.0
    trigger_seconds: float = 3.0
    response_seconds: float = 1800.0
    response_uses: int = 5


LIMITS = Limits()
