"""The store's and the engine's fixtures, for the tests of this folder."""

from tests.engines import engine
from tests.stores import database, empty_database, store, superuser, template

__all__ = ["database", "empty_database", "engine", "store", "superuser", "template"]
