"""The writer: what a run does is durable as a whole, in its order, and to the last digit."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from uuid import uuid4

import asyncpg
import pytest

from app.store.audit import Verified, verify
from app.store.engine import Store
from app.store.events import EventDraft
from app.store.writer import Writer
from tests.ledgers import (
    NOON,
    Ledger,
    fill,
    make_ledger,
    order,
    order_state,
    position,
    snapshot,
    trade,
)
from tests.writing import Heard, count, placed, whole_step

TRANSACTIONS = """
SELECT count(DISTINCT xmin::text) FROM (
    SELECT xmin FROM orders UNION ALL SELECT xmin FROM fills
    UNION ALL SELECT xmin FROM events UNION ALL SELECT xmin FROM audit_heads
) AS rows
"""


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


async def test_an_entry_is_written_to_every_table_it_names(
    writer: Writer, superuser: asyncpg.Connection, asha: Ledger, heard: Heard
) -> None:
    """State, audit rows, inputs, log and event, in one transaction, and the relay hears of it."""
    await writer.write(whole_step(asha))

    written = ("orders", "fills", "risk_events", "pnl_snapshots", "trades", "order_states", "positions")
    for table in (*written, "run_inputs", "system_logs"):
        owners = await superuser.fetch(f"SELECT user_id, run_id FROM {table}")
        assert [tuple(row) for row in owners] == [(asha.user_id, asha.run_id)], table
    run = await superuser.fetchrow("SELECT status, last_candle_at, progress FROM strategy_runs")
    assert tuple(run) == ("PAUSED", NOON, Decimal("0.5"))
    assert await superuser.fetchval(TRANSACTIONS) == 1
    assert heard.woken == [(asha.user_id, 2)]
    verified = await verify(superuser, asha.account_id)
    assert isinstance(verified, Verified)
    assert verified.head.position == 5


async def test_nothing_of_an_entry_is_written_when_a_part_is_refused(
    writer: Writer, superuser: asyncpg.Connection, asha: Ledger, heard: Heard
) -> None:
    """A fill of an order that does not exist takes its whole entry down, and the chain does not move."""
    bad = placed(asha, 1)
    bad = asha.entry(inserts={**bad.inserts, "fills": [fill(asha, uuid4(), 1)]}, events=bad.events)

    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await writer.write(bad)

    for table in ("orders", "order_events", "fills", "events", "run_inputs"):
        assert await count(superuser, table) == 0, table
    assert await superuser.fetchval("SELECT position FROM audit_heads") == 0
    assert heard.woken == []


async def test_what_waits_together_is_committed_together(
    writer: Writer, superuser: asyncpg.Connection, asha: Ledger, heard: Heard
) -> None:
    """Five hundred entries at once take two commits at most: the first alone, the rest while it ran."""
    await asyncio.gather(*(writer.write(placed(asha, number)) for number in range(1, 501)))

    commits = await superuser.fetchval("SELECT count(DISTINCT xmin::text) FROM orders")
    assert commits <= 2
    assert await count(superuser, "orders") == 500
    assert heard.woken[-1] == (asha.user_id, 500)


async def test_ten_thousand_rows_of_many_runs_arrive_in_each_runs_order(
    store: Store, writer: Writer, superuser: asyncpg.Connection
) -> None:
    """Twenty users write a hundred entries each, of five rows and an event."""
    ledgers = [await make_ledger(superuser, f"user{number}") for number in range(20)]

    await asyncio.gather(*(writer.write(placed(ids, number)) for number in range(1, 101) for ids in ledgers))

    assert await count(superuser, "orders") + await count(superuser, "order_events") == 4_000
    assert await count(superuser, "events") + await count(superuser, "run_inputs") == 4_000
    for ids in ledgers:
        told = await superuser.fetch(
            "SELECT payload->>'n' AS n FROM events WHERE user_id = $1 ORDER BY position", ids.user_id
        )
        assert [int(row["n"]) for row in told] == list(range(1, 101))
        chained = await superuser.fetch(
            "SELECT cause FROM orders WHERE run_id = $1 ORDER BY chain_position", ids.run_id
        )
        assert [row["cause"] for row in chained] == [f"intent:{number}" for number in range(1, 101)]
        assert isinstance(await verify(superuser, ids.account_id), Verified)


async def test_a_row_given_twice_in_one_batch_ends_at_the_last_word(
    writer: Writer, superuser: asyncpg.Connection, asha: Ledger
) -> None:
    """Two states of one order, two updates of the run: the later ones stand."""
    asked, held = order(asha, 1), position(asha)
    state = order_state(asked["id"], "SUBMITTED", broker_order_id="B1")
    steps = [
        asha.entry(inserts={"orders": [asked]}, upserts={"order_states": [order_state(asked["id"])]}),
        asha.entry(upserts={"order_states": [state], "positions": [held]}, run={"status": "PAUSED"}),
        asha.entry(
            upserts={
                "order_states": [order_state(asked["id"], "FILLED")],
                "positions": [held | {"quantity": 5}],
            },
            run={"status": "RUNNING", "status_reason": "resumed"},
        ),
    ]
    await asyncio.gather(*map(writer.write, steps))

    assert tuple(await superuser.fetchrow("SELECT status, broker_order_id FROM order_states")) == (
        "FILLED",
        "B1",
    )
    assert await superuser.fetchval("SELECT quantity FROM positions") == 5
    run = await superuser.fetchrow("SELECT status, status_reason FROM strategy_runs")
    assert tuple(run) == ("RUNNING", "resumed")


async def test_an_upsert_leaves_alone_what_it_does_not_name(
    writer: Writer, superuser: asyncpg.Connection, asha: Ledger
) -> None:
    """A trade's exit does not undo its entry."""
    bought = trade(asha, 1)
    await writer.write(
        asha.entry(upserts={"trades": [bought | {"entry_quantity": 1, "entry_value": Decimal("100.05")}]})
    )
    await writer.write(asha.entry(upserts={"trades": [bought | {"exit_quantity": 1, "closed_at": NOON}]}))

    row = await superuser.fetchrow("SELECT entry_quantity, entry_value, exit_quantity, closed_at FROM trades")
    assert tuple(row) == (1, Decimal("100.05"), 1, NOON)


async def test_money_is_stored_to_the_last_digit(
    writer: Writer, superuser: asyncpg.Connection, asha: Ledger
) -> None:
    """Sixteen digits before the point and four after, where a float would have lost them."""
    exact = Decimal("1234567890123456.7891")
    await writer.write(asha.entry(inserts={"pnl_snapshots": [snapshot(1, equity=exact, realised=-exact)]}))

    row = await superuser.fetchrow("SELECT equity, realised FROM pnl_snapshots")
    assert tuple(row) == (exact, -exact)


async def test_a_backtest_writes_progress_and_events_and_no_audit(
    writer: Writer, superuser: asyncpg.Connection
) -> None:
    """Without an account there is no chain to lock."""
    ids = await make_ledger(superuser, mode="BACKTEST")

    await writer.write(
        ids.entry(
            account_id=None,
            run={"progress": Decimal("0.25")},
            inserts={"run_results": [{"kind": "FIGURES", "rows": 1, "payload": b"\x00arrow"}]},
            events=[EventDraft("RUN", ids.run_id, {"progress": "0.25"})],
        )
    )

    assert await superuser.fetchval("SELECT progress FROM strategy_runs") == Decimal("0.25")
    assert await superuser.fetchval("SELECT payload FROM run_results") == b"\x00arrow"
    assert await superuser.fetchval("SELECT position FROM audit_heads") == 0
