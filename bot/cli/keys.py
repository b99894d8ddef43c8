"""`python app.py keys`: the keys that encrypt members' API keys in the database."""

import typer

cli = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The keys of ENCRYPTION_KEYS.")


@cli.command()
def new() -> None:
    """Make a key for ENCRYPTION_KEYS, and print it."""
    from bot.storage.keyring import new_key

    typer.echo(new_key())
