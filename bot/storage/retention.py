"""How long rows are kept once nothing needs them. `docs/privacy.md` says the same."""

from datetime import timedelta

DONE_JOBS = timedelta(days=1)
"""A repeated delivery within this time is recognised."""

FAILED_JOBS = timedelta(days=30)
"""Jobs that were given up, with their reason, for `app.py check`."""

ENDED_WATCHES = timedelta(days=7)
"""For the Home tab's "Recently finished"."""

ORDERS_SEEN = timedelta(days=400)
"""Finished orders with their counts and times, since they were last seen: a bit more than a year."""

SNAPSHOTS = timedelta(days=30)
"""The last counts of each order, for when Autoenhance does not answer."""
