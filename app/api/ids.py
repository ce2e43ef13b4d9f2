"""Global ids: opaque, typed, and the same for clients whatever stands behind them."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple
from uuid import UUID

import strawberry


class GlobalId(NamedTuple):
    """What an id says: the type, the row, and the BACKTEST run whose results hold the row, if one does."""

    type: str
    id: UUID
    run_id: UUID | None = None


def global_id(type_name: str, row_id: UUID, run_id: UUID | None = None) -> strawberry.ID:
    """The id clients see."""
    text = f"{type_name}:{row_id}" + (f"@{run_id}" if run_id else "")
    return strawberry.ID(urlsafe_b64encode(text.encode()).decode().rstrip("="))


def read_id(text: str) -> GlobalId | None:
    """What the id says, or None when it is not one of ours."""
    try:
        padded = text + "=" * (-len(text) % 4)
        type_name, _, row = urlsafe_b64decode(padded).decode("ascii").partition(":")
        row_id, _, run = row.partition("@")
        read = GlobalId(type_name, UUID(row_id), UUID(run) if run else None)
    except (binascii.Error, ValueError):
        return None
    # Base64 and UUIDs can be written in several ways: only ours is an id, or one thing would have many.
    return read if global_id(*read) == text else None


def row_id(text: str | None, type_name: str) -> UUID | None:
    """The row behind an id of this type; None for an absent, foreign-typed or malformed one."""
    read = read_id(text) if text else None
    return read.id if read and read.type == type_name else None
