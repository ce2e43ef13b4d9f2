"""The engine's fixtures, for the tests of this folder."""

from tests.engines import engine, gated, trader, watcher
from tests.stores import database, empty_database, store, superuser, template

__all__ = [
    "database",
    "empty_database",
    "engine",
    "gated",
    "store",
    "superuser",
    "template",
    "trader",
    "watcher",
]
