"""What is taken out of the environment before anything else is imported."""

import os


def keep_tls_keys_secret() -> None:
    """Nobody writes the keys of our connections to a file: they open what holds the tokens.

    Without this, aiohttp ends with a traceback when it is imported and SSLKEYLOGFILE cannot be written.
    """
    os.environ.pop("SSLKEYLOGFILE", None)
