"""What is removed from the environment before any other import."""

import os


def keep_tls_keys_secret() -> None:
    """Unsets SSLKEYLOGFILE, so that no library writes TLS keys to a file. They decrypt the tokens.

    It also prevents aiohttp's traceback on import when that file cannot be written.
    """
    os.environ.pop("SSLKEYLOGFILE", None)
