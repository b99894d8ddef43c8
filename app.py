"""The entry: `python app.py --help` lists what it can do, `bot/cli/main.py` does it."""

from bot.cli.main import main

if __name__ == "__main__":
    main()
