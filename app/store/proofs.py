"""Every account's chain at once: which there are, whether each is whole, and heads to keep elsewhere."""

from collections.abc import AsyncIterator, Iterable, Mapping
from uuid import UUID

import asyncpg

from app.store.audit import AUDITED, Broken, Head, Verified, verify

CHAINS = " UNION ".join(f"SELECT broker_account_id FROM {table}" for table in ("audit_heads", *AUDITED))
HEADS = "SELECT broker_account_id, position, hash FROM audit_heads ORDER BY broker_account_id"

Anchors = Mapping[UUID, Head]


async def anchors(connection: asyncpg.Connection) -> dict[UUID, Head]:
    """The present head of every chain."""
    return {account: Head(*head) for account, *head in await connection.fetch(HEADS)}


async def prove(
    connection: asyncpg.Connection, account: UUID | None, noted: Anchors
) -> AsyncIterator[tuple[UUID, Verified | Broken]]:
    """Walk one account's chain, or each: those with a head, with a row, or with an anchor."""
    stored = {row["broker_account_id"] for row in await connection.fetch(CHAINS)}
    for chosen in sorted({account} if account else stored | noted.keys()):
        yield chosen, await verify(connection, chosen, noted.get(chosen))


def written(noted: Anchors) -> str:
    """Anchors as text: account, position and hash, a line each."""
    return "\n".join(f"{account} {head.position} {head.hash.hex()}" for account, head in noted.items())


def read(lines: Iterable[str]) -> dict[UUID, Head]:
    """Anchors from text. Raise ValueError with the number of the first line that is none."""
    return dict(_anchor(number, line) for number, line in enumerate(lines, 1))


def _anchor(number: int, line: str) -> tuple[UUID, Head]:
    try:
        account, position, hashed = line.split()
        return UUID(account), Head(int(position), bytes.fromhex(hashed))
    except ValueError as malformed:
        raise ValueError(f"line {number}: not an account, a position and a hash") from malformed
