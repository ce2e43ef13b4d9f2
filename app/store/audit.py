"""The hash chain of an account over all that is audited: append to it, prove it."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import orjson

from app.store.rows import PlainRow, plain

AUDITED = ("orders", "order_events", "fills", "risk_events", "charge_settlements")
PAGE = 1000
"""Chain positions read at once."""


class Head(NamedTuple):
    """Where a chain ends: how many rows it has, and the hash of the last."""

    position: int = 0
    hash: bytes = bytes(32)


class Link(NamedTuple):
    """A row of a chain, in its plain form, and the table it is in."""

    table: str
    row: PlainRow


@dataclass(frozen=True)
class Verified:
    """The chain is whole up to `head`."""

    head: Head


@dataclass(frozen=True)
class Broken:
    """The first place where it is not: what was changed, removed, or slipped in."""

    table: str | None
    position: int
    reason: str


def link_hash(previous: bytes, table: str, row: PlainRow) -> bytes:
    """The hash of a row that has its `chain_position`. Nulls are left out, so that a column added later
    leaves the old rows' hashes as they are."""
    columns = {name: value for name, value in row.items() if value is not None and name != "chain_hash"}
    body = orjson.dumps({"table": table, "columns": columns}, option=orjson.OPT_SORT_KEYS)
    return sha256(previous + body).digest()


def seal(links: Iterable[Link], head: Head) -> tuple[list[Link], Head]:
    """Give complete plain rows their positions and hashes, in their order, on from `head`."""
    sealed = []
    for table, row in links:
        placed = row | {"chain_position": head.position + 1}
        head = Head(head.position + 1, link_hash(head.hash, table, placed))
        sealed.append(Link(table, placed | {"chain_hash": "\\x" + head.hash.hex()}))
    return sealed, head


async def verify(
    connection: asyncpg.Connection, account_id: UUID, anchor: Head | None = None
) -> Verified | Broken:
    """Walk an account's chain from its first row; `anchor` is a head noted earlier that it must pass through.

    Reads one snapshot, by pages; the connection sees every row, as medha_engine does.
    """
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        stored = await _stored_head(connection, account_id)
        if broken := await _misplaced(connection, account_id, stored):
            return broken
        head = Head()
        async for position, links in _pages(connection, account_id, stored.position):
            for place, found in enumerate(links, start=position):
                if broken := _check(found, place, head):
                    return broken
                head = Head(place, _hash_of(found[0]))
                if anchor and anchor.position == place and anchor.hash != head.hash:
                    return Broken(found[0].table, place, "is not what the anchor was taken of")
        return _conclude(head, stored, anchor)


def _conclude(head: Head, stored: Head, anchor: Head | None) -> Verified | Broken:
    if head != stored:
        return Broken("audit_heads", stored.position, "the head's hash is not the last row's")
    if anchor and anchor.position > head.position:
        return Broken(None, head.position + 1, f"the chain was cut: the anchor stood at {anchor.position}")
    return Verified(head)


def _check(found: list[Link], position: int, head: Head) -> Broken | None:
    """Whether exactly one row stands at `position`, and is the one that was hashed after `head`."""
    if not found:
        return Broken(None, position, "a row was removed")
    strange = [link for link in found if _hash_of(link) != link_hash(head.hash, *link)]
    if len(found) > 1:
        tables = ", ".join(link.table for link in found)
        return Broken((strange or found)[-1].table, position, f"{len(found)} rows at one position: {tables}")
    if strange:
        return Broken(strange[0].table, position, "the row was changed, or was not made by this chain")
    return None


def _hash_of(link: Link) -> bytes:
    return bytes.fromhex(link.row["chain_hash"].removeprefix("\\x"))


async def _stored_head(connection: asyncpg.Connection, account_id: UUID) -> Head:
    row = await connection.fetchrow(
        "SELECT position, hash FROM audit_heads WHERE broker_account_id = $1", account_id
    )
    return Head(*row) if row else Head()


async def _misplaced(connection: asyncpg.Connection, account_id: UUID, stored: Head) -> Broken | None:
    """A row before the chain's first position or after its last."""
    for table in AUDITED:
        position = await connection.fetchval(
            f"SELECT min(chain_position) FROM {table}"
            " WHERE broker_account_id = $1 AND NOT chain_position BETWEEN 1 AND $2",
            account_id,
            stored.position,
        )
        if position is not None:
            return Broken(table, position, f"a row outside the chain, which ends at {stored.position}")
    return None


async def _pages(
    connection: asyncpg.Connection, account_id: UUID, last: int
) -> AsyncIterator[tuple[int, list[list[Link]]]]:
    """The rows at each position from 1 to `last`, with the first position of each page."""
    for first in range(1, last + 1, PAGE):
        places: list[list[Link]] = [[] for _ in range(min(PAGE, last - first + 1))]
        for table in AUDITED:
            for row in await _rows(connection, table, account_id, first):
                if row["chain_position"] <= last:
                    places[row["chain_position"] - first].append(Link(table, plain(table, dict(row))))
        yield first, places


async def _rows(connection: asyncpg.Connection, table: str, account_id: UUID, first: int) -> list[Any]:
    rows: list[Any] = await connection.fetch(
        f"SELECT * FROM {table} WHERE broker_account_id = $1 AND chain_position BETWEEN $2 AND $3",
        account_id,
        first,
        first + PAGE - 1,
    )
    return rows
