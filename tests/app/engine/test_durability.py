"""Law 5 begins here: an order is durable before the broker is called, and a stale engine writes nothing."""

import asyncio
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import pytest

from app.brokers.base import Answer, BrokerOrder
from app.brokers.paper import PaperBroker
from app.store.database import Database
from app.store.entries import Entry
from app.store.writer import LeaseLost
from tests.builders import market
from tests.engines import AheadClock, Engine, registered, running, trader_of
from tests.feeds import FOREVER, Gate
from tests.ledgers import NOON
from tests.stores import as_superuser
from tests.traders import Trader
from tests.walks import ENTRY, Walk, zigzag


class Seen(NamedTuple):
    """What another connection saw of an order at the moment of the call."""

    correlation_id: str
    status: str | None
    kinds: tuple[str, ...]


def witness(database: Database, seen: list[Seen]) -> type[PaperBroker]:
    """A paper broker that looks into the database, over a connection of its own, when it is called."""

    class Witness(PaperBroker):
        """Writes down what is committed, then does its work."""

        async def place_order(self, order: BrokerOrder) -> Answer:
            """The one call."""
            async with as_superuser(database) as connection:
                seen.append(await _committed(connection, order.correlation_id))
            return await super().place_order(order)

    return Witness


async def _committed(connection: asyncpg.Connection, correlation_id: str) -> Seen:
    row = await connection.fetchrow(
        "SELECT status, (SELECT array_agg(kind ORDER BY sequence) FROM order_events"
        " WHERE order_id = o.id) AS kinds"
        " FROM orders o JOIN order_states ON order_id = o.id WHERE correlation_id = $1",
        correlation_id,
    )
    return Seen(correlation_id, row and row["status"], tuple(row["kinds"]) if row else ())


async def test_an_order_is_committed_as_sending_before_the_broker_is_called(
    database: Database, trader: Trader
) -> None:
    """Decided, pending, sending: all of it durable; and each order is sent once."""
    seen: list[Seen] = []
    with registered(witness(database, seen)):
        run_id = await trader.start(await trader.market(market(5, count=2)))
        await trader.ended(run_id)

    orders = await trader.rows("orders", run_id)
    assert len(seen) == len(orders) > 10
    assert [each.correlation_id for each in seen] == [row["correlation_id"] for row in orders]
    assert {each[1:] for each in seen} == {("SENDING", ("DECIDED", "PENDING", "SENDING"))}


async def test_a_refused_intent_never_reaches_the_broker(database: Database, trader: Trader) -> None:
    """Law 10: no call without a decision that permits it."""
    seen: list[Seen] = []
    with registered(witness(database, seen)):
        run_id = await trader.start(
            await trader.market(market(5, count=2)), limits={"capital_allocation": "1"}
        )
        await trader.ended(run_id)

    assert seen == []
    assert await trader.rows("orders", run_id) == []
    assert len(await trader.rows("risk_events", run_id)) > 10


@pytest.fixture
def closed_gates() -> tuple[Gate, Gate]:
    """One for each of two engines."""
    return Gate(), Gate()


async def test_a_stale_engine_writes_nothing_more(
    database: Database, superuser: asyncpg.Connection, closed_gates: tuple[Gate, Gate]
) -> None:
    """While the first engine hangs its lease runs out and a second takes over; then the first wakes up."""
    old_gate, new_gate = closed_gates
    async with running(database, gate=old_gate) as old:
        trader = await trader_of(old, superuser)
        stored = await trader.market((zigzag(),))
        walk = Walk(old, trader, await trader.start(stored))
        await walk.to(ENTRY + 1)
        (stale,) = run_tasks(old)
        async with running(database, gate=new_gate, clock=AheadClock(60)) as new:
            taken_over = Walk(new, trader, walk.run_id)
            taken_over.heard = walk.heard
            await taken_over.to(ENTRY + 2)

            await old_gate.open()
            await asyncio.wait({stale})
            await new_gate.open()
            await trader.ended(walk.run_id)

            assert (await trader.run(walk.run_id))["fencing_token"] == 2
            assert len(await trader.rows("pnl_snapshots", walk.run_id)) == len(stored.chunk[0])
            assert len(await trader.rows("system_logs", walk.run_id)) == 0
            await taken_over.check_tape()


async def test_an_engine_lets_go_of_a_run_that_is_another_s(
    database: Database, superuser: asyncpg.Connection
) -> None:
    """At the next renewal, though it has had nothing to write."""
    async with running(database, gate=Gate()) as old:
        trader = await trader_of(old, superuser)
        walk = Walk(old, trader, await trader.start(await trader.market((zigzag(),))))
        await walk.to(ENTRY)
        (stale,) = run_tasks(old)
        async with running(database, gate=Gate(FOREVER), clock=AheadClock(60)):
            await asyncio.wait_for(asyncio.wait({stale}), 10)
            assert stale.cancelled()
            await trader.ended(walk.run_id)


async def test_a_write_under_an_old_token_is_refused(engine: Engine, trader: Trader) -> None:
    """By the store, whatever it would have written."""
    run_id = await trader.start(await trader.market((zigzag(),)))
    await trader.ended(run_id)
    with pytest.raises(LeaseLost):
        await engine.writer.write(stale_entry(trader, run_id, 0))
    await engine.writer.write(stale_entry(trader, run_id, 1))
    assert [row["event"] for row in await trader.rows("system_logs", run_id)] == ["late"]


def stale_entry(trader: Trader, run_id: UUID, token: int) -> Entry:
    """A log line under some token."""
    line = {"level": "info", "event": "late", "context": {}, "at": NOON}
    return Entry(trader.user_id, trader.account_id, run_id, token, logs=[line])


def run_tasks(engine: Engine) -> list[asyncio.Task[Any]]:
    """The tasks that drive its runs."""
    return [task for task in engine.tasks() if task.get_name().startswith("run ")]
