"""The commands of `python app.py`."""
