"""The client of Autoenhance's API, and its webhook. All requests to the vendor are made here."""
