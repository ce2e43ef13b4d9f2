"""Cursors: opaque places, signed and bound to the viewer and the list they came from."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Any

import orjson

from app.api.scalars import Cursor

SIGNATURE_BYTES = 9


class Cursors:
    """Gives cursors out and reads them back; the first key signs, every key verifies."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)

    def write(self, scope: str, place: Sequence[Any]) -> Cursor:
        """The cursor of a place in a scope."""
        body = orjson.dumps(place, default=str)  # asyncpg has a UUID class of its own
        return Cursor(urlsafe_b64encode(_signature(self._keys[0], scope, body) + body).decode().rstrip("="))

    def read(self, scope: str, cursor: str) -> list[Any] | None:
        """The place, or None when the cursor is forged or came from another scope."""
        try:
            raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except ValueError:
            return None
        signature, body = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
        if not any(hmac.compare_digest(signature, _signature(key, scope, body)) for key in self._keys):
            return None
        place: list[Any] = orjson.loads(body)
        return place


def _signature(key: bytes, scope: str, body: bytes) -> bytes:
    return hmac.digest(key, scope.encode() + b"\0" + body, "sha256")[:SIGNATURE_BYTES]
