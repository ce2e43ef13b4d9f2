"""The writer: an entry that may not be written is refused by name, and takes nobody else with it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from app.store.audit import Verified, verify
from app.store.engine import Store
from app.store.writer import CommandTaken, EarlierEntryFailed, LeaseLost, Writer
from tests.ledgers import (
    Ledger,
    make_ledger,
    order,
)
from tests.writing import Heard, count, placed


@pytest.fixture
def heard() -> Heard:
    """What the writer said after its commits."""
    return Heard()


@pytest.fixture
async def writer(store: Store, heard: Heard) -> AsyncIterator[Writer]:
    """A running writer."""
    writer = Writer(store.dedicated, heard)
    await writer.start()
    yield writer
    await writer.close()


@pytest.fixture
async def asha(superuser: asyncpg.Connection) -> Ledger:
    """A user with a RUNNING paper run under its first lease."""
    return await make_ledger(superuser)


async def test_a_lease_that_moved_on_stops_its_entries_and_no_others(
    writer: Writer, superuser: asyncpg.Connection, asha: Ledger
) -> None:
    """Entries of the old lease and of the new one, and of another run, in one batch."""
    ravi = await make_ledger(superuser, "ravi")
    await superuser.execute("UPDATE strategy_runs SET fencing_token = 2 WHERE id = $1", asha.run_id)

    stale, fresh, other = await asyncio.gather(
        writer.write(placed(asha, 1)),
        writer.write(placed(asha, 2, fencing_token=2)),
        writer.write(placed(ravi, 1)),
        return_exceptions=True,
    )

    assert isinstance(stale, LeaseLost)
    assert (fresh, other) == (None, None)
    kept = await superuser.fetch("SELECT run_id, cause FROM orders")
    assert {tuple(row) for row in kept} == {(asha.run_id, "intent:2"), (ravi.run_id, "intent:1")}


async def test_a_lease_taken_during_the_write_is_seen_by_it(
    writer: Writer, store: Store, superuser: asyncpg.Connection, asha: Ledger
) -> None:
    """The claim holds the run's row: the writer waits, and then finds the new token."""
    async with store.trading() as claimant:
        claim = claimant.transaction()
        await claim.start()
        await claimant.execute("UPDATE strategy_runs SET fencing_token = 2 WHERE id = $1", asha.run_id)
        writing = asyncio.create_task(writer.write(placed(asha, 1)))
        await _until_blocked(superuser)
        await claim.commit()

    with pytest.raises(LeaseLost):
        await writing
    assert await count(superuser, "orders") == 0


async def test_a_run_that_is_gone_has_no_lease(writer: Writer, asha: Ledger) -> None:
    """A deleted or unknown run is nobody's to write."""
    with pytest.raises(LeaseLost):
        await writer.write(asha.entry(run_id=uuid4()))


async def test_a_bad_entry_does_not_poison_the_others(
    writer: Writer, superuser: asyncpg.Connection, asha: Ledger
) -> None:
    """One of many is refused by the database; what its run wrote after it fails with it, all else is kept."""
    ravi = await make_ledger(superuser, "ravi")
    entries = [placed(ids, number) for number in range(1, 21) for ids in (asha, ravi)]
    clash = asha.entry(inserts={"orders": [order(asha, 10)]})  # the same request as intent:10
    outcomes = await asyncio.gather(
        *(writer.write(entry) for entry in [*entries[:20], clash, *entries[20:]]), return_exceptions=True
    )

    mine = [
        outcome
        for outcome, entry in zip(outcomes, [*entries[:20], clash, *entries[20:]], strict=True)
        if entry.user_id == asha.user_id
    ]
    assert mine[:10] == [None] * 10
    assert isinstance(mine[10], asyncpg.UniqueViolationError)
    assert all(isinstance(outcome, EarlierEntryFailed) for outcome in mine[11:])
    assert len(mine[11:]) == 10
    assert await superuser.fetchval("SELECT count(*) FROM orders WHERE user_id = $1", ravi.user_id) == 20
    assert await superuser.fetchval("SELECT count(*) FROM orders WHERE user_id = $1", asha.user_id) == 10

    await writer.write(placed(asha, 30))
    assert isinstance(await verify(superuser, asha.account_id), Verified)


async def test_a_stored_command_takes_its_sequence_once(
    writer: Writer, superuser: asyncpg.Connection, asha: Ledger
) -> None:
    """A command from the API is taken in the transaction that carries it out, and never again."""
    stored = await superuser.fetchval(
        "INSERT INTO run_inputs (run_id, user_id, kind, payload, at) VALUES ($1, $2, 'COMMAND', '{}', now())"
        " RETURNING id",
        asha.run_id,
        asha.user_id,
    )
    await writer.write(asha.entry(inputs=[{"id": stored, "sequence": 7}], run={"status": "PAUSED"}))

    assert await superuser.fetchval("SELECT sequence FROM run_inputs") == 7
    with pytest.raises(CommandTaken):
        await writer.write(asha.entry(inputs=[{"id": stored, "sequence": 8}], run={"status": "RUNNING"}))
    assert await superuser.fetchval("SELECT status FROM strategy_runs") == "PAUSED"


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"inserts": {"orders": [{"chain_position": 1}]}}, "writer's to give"),
        ({"inserts": {"positions": [{}]}}, "upserted, not inserted"),
        ({"upserts": {"fills": [{}]}}, "fills is not upserted"),
        ({"inserts": {"users": [{}]}}, "not the ledger's"),
        ({"logs": [{"level": "INFO", "event": "e", "context": {}, "user_id": uuid4()}]}, "not the entry's"),
        ({"account_id": None, "inserts": {"risk_events": [{}]}}, "PAPER and LIVE only"),
        ({"run": {"state": "PAUSED"}}, "no column state"),
    ],
)
async def test_an_entry_that_breaks_the_contract_is_refused_at_once(
    writer: Writer, asha: Ledger, parts: dict[str, Any], message: str
) -> None:
    """Named, before anything is queued."""
    with pytest.raises(ValueError, match=message):
        await writer.write(asha.entry(**parts))


async def test_closing_writes_what_waits(
    store: Store, superuser: asyncpg.Connection, heard: Heard, asha: Ledger
) -> None:
    """Nothing that was accepted is dropped, and nothing is accepted any more."""
    writer = Writer(store.dedicated, heard)
    await writer.start()
    writing = [asyncio.create_task(writer.write(placed(asha, number))) for number in range(1, 51)]
    await asyncio.sleep(0)

    await writer.close()

    await asyncio.gather(*writing)
    assert await count(superuser, "orders") == 50
    with pytest.raises(RuntimeError, match="not running"):
        await writer.write(placed(asha, 51))


async def _until_blocked(superuser: asyncpg.Connection) -> None:
    """Return when one of the engine's connections waits for a lock."""
    blocked = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND usename = 'medha_engine' AND wait_event_type = 'Lock'"
    )
    async with asyncio.timeout(10):
        while not await superuser.fetchval(blocked):
            continue
