"""The words that may follow the command, as the page offers them."""

from bot.slack.listeners import commands
from bot.slack.text.help import SUBCOMMANDS, help_on


def test_every_word_that_the_command_knows_is_offered() -> None:
    """The page offers these words and no other. `show` comes before all of them."""
    assert {each.word for each in SUBCOMMANDS} == {
        *commands._SUBCOMMANDS,
        *commands._ORDER_SUBCOMMANDS,
        "show",
    }


def test_what_may_follow_a_word_is_understood() -> None:
    """Every setting and every topic of the help is understood."""
    takes = {each.word: each.takes for each in SUBCOMMANDS}
    wanted = {
        f"{name} {turned}" for name in commands._SETTINGS if name for turned in commands._SWITCHES if turned
    }
    assert set(takes["settings"]) == wanted
    assert len({help_on(topic) for topic in takes["help"]} | {help_on("")}) == len(takes["help"]) + 1
