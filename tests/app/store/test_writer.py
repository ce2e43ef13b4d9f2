"""The writer: what a run does is durable as a whole, in its order, under its lease, and to the last digit."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from app.store.audit import Verified, verify
from app.store.engine import Store
from app.store.events import EventDraft
from app.store.writer import CommandTaken, EarlierEntryFailed, Entry, LeaseLost, Writer
from tests.ledgers import (
    NOON,
    Ledger,
    candle_input,
    fill,
    make_ledger,
    order,
    order_event,
    order_state,
    position,
    risk_event,
    snapshot,
    trade,
)


class Heard:
    """Whom the writer tells of new events."""

    def __init__(self) -> None:
        self.woken: list[tuple[UUID, int | None]] = []

    def wake(self, user_id: UUID, position: int | None = None) -> None:
        """Remember it."""
        self.woken.append((user_id, position))


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


def placed(ids: Ledger, number: int, **parts: Any) -> Entry:
    """One step: a decision, its order with its first event and state, and what was told of it."""
    decided, asked = trade(ids, number), order(ids, number)
    return ids.entry(
        upserts={"trades": [decided], "order_states": [order_state(asked["id"])]},
        inserts={
            "orders": [asked | {"trade_id": decided["id"]}],
            "order_events": [order_event(asked["id"], 1, n=number)],
        },
        inputs=[candle_input(number)],
        events=[EventDraft("ORDER", ids.run_id, {"n": number})],
        **parts,
    )


async def count(connection: asyncpg.Connection, table: str) -> int:
    """How many rows a table has."""
    return int(await connection.fetchval(f"SELECT count(*) FROM {table}"))


async def test_an_entry_is_written_to_every_table_it_names(
    writer: Writer, superuser: asyncpg.Connection, asha: Ledger, heard: Heard
) -> None:
    """State, audit rows, inputs, log and event, in one transaction, and the relay hears of it."""
    asked, bought = order(asha, 1), trade(asha, 1)
    await writer.write(
        asha.entry(
            inserts={
                "orders": [asked | {"trade_id": bought["id"]}],
                "order_events": [order_event(asked["id"], 1), order_event(asked["id"], 2, "FILLED")],
                "fills": [fill(asha, asked["id"], 1)],
                "risk_events": [risk_event(asha)],
                "pnl_snapshots": [snapshot(1)],
            },
            upserts={
                "trades": [bought],
                "order_states": [order_state(asked["id"], "FILLED")],
                "positions": [position(asha)],
            },
            run={"status": "PAUSED", "last_candle_at": NOON, "progress": Decimal("0.5")},
            inputs=[candle_input(1)],
            events=[EventDraft("ORDER", asha.run_id, {}), EventDraft("FILL", asha.run_id, {"at": NOON})],
            logs=[{"level": "INFO", "event": "run.paused", "context": {"why": "asked"}}],
        )
    )

    written = ("orders", "fills", "risk_events", "pnl_snapshots", "trades", "order_states", "positions")
    for table in (*written, "run_inputs", "system_logs"):
        owners = await superuser.fetch(f"SELECT user_id, run_id FROM {table}")
        assert [tuple(row) for row in owners] == [(asha.user_id, asha.run_id)], table
    run = await superuser.fetchrow("SELECT status, last_candle_at, progress FROM strategy_runs")
    assert tuple(run) == ("PAUSED", NOON, Decimal("0.5"))
    transactions = await superuser.fetchval(
        "SELECT count(DISTINCT xmin::text) FROM (SELECT xmin FROM orders UNION ALL SELECT xmin FROM fills"
        " UNION ALL SELECT xmin FROM events UNION ALL SELECT xmin FROM audit_heads) AS rows"
    )
    assert transactions == 1
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
