"""Law 4 read back from the database, after every snapshot; and events: dense, in order, each once."""

from collections import Counter, deque
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from app.store.audit import Verified, verify
from app.store.driver import to_moment
from tests.builders import MINUTE, market
from tests.engines import Engine
from tests.traders import Market, Row, Trader

CAPITAL = Decimal(1_000_000)


class Books:
    """Plain first-in-first-out books over rows: what the engine's must equal."""

    def __init__(self) -> None:
        self.cash, self.realised, self.charges = CAPITAL, Decimal(0), Decimal(0)
        self.lots: dict[UUID, deque[tuple[int, Decimal]]] = {}

    def take(self, fill: Row) -> None:
        """Books a fill: closes the oldest lots first, opens one with the rest."""
        sign = 1 if fill["side"] == "BUY" else -1
        self.cash -= sign * fill["quantity"] * fill["price"] + fill["charges"]
        self.charges += fill["charges"]
        lots = self.lots.setdefault(fill["instrument_id"], deque())
        for _ in range(fill["quantity"]):
            if lots and lots[0][0] == -sign:
                was, price = lots.popleft()
                self.realised += was * (fill["price"] - price)
            else:
                lots.append((sign, fill["price"]))

    def cost(self) -> Decimal:
        """What the open lots cost, signed."""
        return sum((sign * price for lots in self.lots.values() for sign, price in lots), Decimal(0))

    def worth(self, marks: dict[UUID, Decimal]) -> Decimal:
        """What they are worth at these prices."""
        return sum((sign * marks[each] for each, lots in self.lots.items() for sign, _ in lots), Decimal(0))


@pytest.fixture
async def lived(trader: Trader) -> tuple[Market, UUID]:
    """Three instruments with holes, slippage, charges and a cap that refuses: a run, completed."""
    stored = await trader.market(market(11, bars=60, count=3, missing=0.2))
    run_id = await trader.start(
        stored,
        config={"fast": 2, "slow": 4, "quantity": 3},
        slippage_bps=Decimal(3),
        charge_per_order=Decimal("7.5"),
        limits={"per_strategy_cap": "3100"},
    )
    await trader.ended(run_id)
    return stored, run_id


async def test_every_snapshot_is_what_the_fills_and_the_prices_make_it(
    trader: Trader, lived: tuple[Market, UUID]
) -> None:
    """Cash and cost, realised, unrealised, charges and equity, to the unit, candle by candle."""
    stored, run_id = lived
    fills, books = deque(await trader.rows("fills", run_id)), Books()
    marks: dict[UUID, Decimal] = {}
    snapshots = await trader.rows("pnl_snapshots", run_id)
    assert len(snapshots) > 100
    assert len(fills) > 50
    for snapshot in snapshots:
        opened = int(snapshot["at"].timestamp()) * 1_000_000 - MINUTE
        while fills and fills[0]["traded_at"] <= to_moment(opened):
            books.take(fills.popleft())
        marks |= closes(stored, opened)
        check(snapshot, books, marks)
    assert not fills


def closes(stored: Market, opened: int) -> dict[UUID, Decimal]:
    """The closes of the candles that opened at this moment."""
    sides = zip(stored.ids, stored.chunk, strict=True)
    found = [(each, candles.between(opened, opened + 1)) for each, candles in sides]
    return {each: Decimal(str(candles.close[0])) for each, candles in found if len(candles)}


def check(snapshot: Row, books: Books, marks: dict[UUID, Decimal]) -> None:
    """One snapshot against the books."""
    assert books.cash + books.cost() == CAPITAL + books.realised - books.charges
    assert snapshot["realised"] == books.realised
    assert snapshot["charges"] == books.charges
    assert snapshot["unrealised"] == books.worth(marks) - books.cost()
    assert snapshot["equity"] == books.cash + books.worth(marks)


async def test_positions_and_trades_are_the_sums_of_the_fills(
    trader: Trader, lived: tuple[Market, UUID]
) -> None:
    """And both end where the last snapshot does."""
    _, run_id = lived
    books = Books()
    for fill in await trader.rows("fills", run_id):
        books.take(fill)
    positions, trades = await trader.rows("positions", run_id), await trader.rows("trades", run_id)
    last = (await trader.rows("pnl_snapshots", run_id))[-1]

    held = {each: sum(sign for sign, _ in lots) for each, lots in books.lots.items()}
    assert {row["instrument_id"]: row["quantity"] for row in positions} == held
    assert total(positions, "cost") == books.cost()
    assert total(positions, "realised_pnl") == total(trades, "realised_pnl") == last["realised"]
    assert total(positions, "charges") == total(trades, "charges") == last["charges"]
    assert {row["closed_at"] is None for row in trades if row["entry_quantity"] > row["exit_quantity"]} <= {
        True
    }


def total(rows: Iterable[Row], column: str) -> Decimal:
    """The sum of a column."""
    return sum((row[column] for row in rows), Decimal(0))


async def test_the_projection_of_an_order_is_its_last_event(
    trader: Trader, lived: tuple[Market, UUID]
) -> None:
    """Current states can be rebuilt from what happened."""
    _, run_id = lived
    last: dict[UUID, Row] = {}
    for event in await trader.rows("order_events", run_id):
        last[event["order_id"]] = event
    states = await trader.rows("order_states", run_id)
    assert {row["order_id"]: (row["status"], row["last_sequence"]) for row in states} == {
        order_id: (event["kind"], event["sequence"]) for order_id, event in last.items()
    }


async def test_the_audit_chain_is_whole(engine: Engine, trader: Trader, lived: tuple[Market, UUID]) -> None:
    """Law 7, for what a run has written."""
    async with engine.store.trading() as connection:
        found = await verify(connection, trader.account_id)
    assert isinstance(found, Verified)
    assert found.head.position > 300


async def every_event(trader: Trader, run_id: UUID) -> list[Any]:
    """All events of the run."""
    found: list[Any] = []
    while page := await trader.events(run_id, found[-1].position if found else 0):
        found += page
    return found


async def test_events_are_dense_and_each_change_is_told_once(
    trader: Trader, lived: tuple[Market, UUID]
) -> None:
    """Positions without a gap; orders' states, fills and refusals exactly as in their tables."""
    _, run_id = lived
    events = await every_event(trader, run_id)

    assert [event.position for event in events] == list(range(1, len(events) + 1))
    told = Counter(
        (event.payload["orderId"], event.payload["status"]) for event in events if event.kind == "ORDER"
    )
    rows = await trader.rows("order_events", run_id)
    kept = [(str(row["order_id"]), row["kind"]) for row in rows if row["kind"] not in ("DECIDED", "PENDING")]
    assert told == Counter(kept)
    assert set(told.values()) == {1}
    for kind, table in (("FILL", "fills"), ("RISK", "risk_events")):
        ids = [event.payload["id"] for event in events if event.kind == kind]
        assert ids == [str(row["id"]) for row in await trader.rows(table, run_id)]
    statuses = [event.payload["status"] for event in events if event.kind == "RUN_STATUS"]
    assert statuses == ["RUNNING", "COMPLETED"]


async def test_events_come_in_the_order_things_happen(trader: Trader, lived: tuple[Market, UUID]) -> None:
    """Intent, decision, trade, order; then submitted, filled, fill, position."""
    _, run_id = lived
    events = await every_event(trader, run_id)
    first = next(event for event in events if event.kind == "ORDER")
    order_id = first.payload["orderId"]

    about = [event for event in events if event.payload.get("orderId") == order_id]
    assert [(event.kind, event.payload.get("status")) for event in about] == [
        ("ORDER", "SENDING"),
        ("ORDER", "SUBMITTED"),
        ("ORDER", "FILLED"),
        ("FILL", None),
    ]
    kinds = [event.kind for event in events if event.kind not in ("RUN_STATUS", "RUN_PROGRESS", "PNL")]
    before = kinds[: kinds.index("ORDER") + 1]
    assert before[0] == "INTENT"
    assert before[-3:] == ["DECISION", "TRADE", "ORDER"]
    after_fill = next(place for place, event in enumerate(events) if event is about[-1])
    assert [event.kind for event in events[after_fill : after_fill + 3]] == ["FILL", "TRADE", "POSITION"]
    assert events[-1].kind in ("RUN_STATUS", "PNL")
