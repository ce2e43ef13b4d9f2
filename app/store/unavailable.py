"""The one way in which the store says that it cannot be had."""


class StoreUnavailable(Exception):
    """No database can be reached or started; the message says why, and what to do next."""
