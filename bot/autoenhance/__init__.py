"""The one door to Autoenhance: everything that is asked of the vendor is asked here."""
