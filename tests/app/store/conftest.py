"""The store's fixtures, for the tests of this folder."""

from tests.stores import database, empty_database, store, superuser, template

__all__ = ["database", "empty_database", "store", "superuser", "template"]
