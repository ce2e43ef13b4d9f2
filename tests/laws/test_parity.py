"""Law 3, parity: a backtest and a paper replay are the same run, and a tape replayed is the run again."""

from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.domain.market import Candles
from streams.execution import DAY
from streams.parity import fingerprint, first_difference
from tests.brackets import Bracketed
from tests.builders import SEED, market
from tests.engines import Engine, trader_of
from tests.laws.real_markets import real_market
from tests.replays import replayed, run_of, simulated, stored
from tests.traders import Market, Row, Trader

few = settings(
    deadline=None,
    max_examples=15,
    # The engine and its database live through all examples: each makes a user and instruments of its own.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


class Sides(NamedTuple):
    """The same candles and terms as a backtest and as a paper run."""

    backtest: UUID
    paper: UUID


@st.composite
def limits(draw: st.DrawFn) -> Row:
    """Limits of which each may be absent, roomy, or tight enough to refuse."""
    choices: dict[str, list[str | int | None]] = {
        "max_daily_loss": [None, "0.5000", "3", "500"],
        "max_open_positions": [None, 1, 2],
        "capital_allocation": [None, "1200", "5000.0001"],
        "per_strategy_cap": [None, "1100", "9000"],
    }
    return {name: draw(st.sampled_from(each)) for name, each in choices.items()}


@st.composite
def terms(draw: st.DrawFn) -> Row:
    """The columns of a run that its outcome depends on."""
    fast = draw(st.integers(2, 4))
    return {
        "config": {"fast": fast, "slow": fast + draw(st.integers(1, 4)), "quantity": draw(st.integers(1, 5))},
        "limits": draw(limits()),
        "slippage_bps": draw(st.sampled_from([Decimal(0), Decimal("2.5"), Decimal("33.33")])),
        "charge_per_order": draw(st.sampled_from([Decimal(0), Decimal(20), Decimal("0.0001")])),
    }


@few
@given(
    seed=SEED,
    count=st.integers(1, 3),
    missing=st.sampled_from([0.0, 0.3, 0.6]),
    bars=st.integers(8, 40),
    columns=terms(),
)
async def test_a_backtest_and_a_paper_replay_are_the_same_run(
    engine: Engine,
    superuser: asyncpg.Connection,
    seed: int,
    count: int,
    missing: float,
    bars: int,
    columns: Row,
) -> None:
    """Random markets with holes, under limits that refuse, through the real engine and database."""
    trader = await trader_of(engine, superuser)
    candles = await trader.market(market(seed, bars=bars, count=count, missing=missing))

    sides = await both(trader, candles, columns)

    await check_parity(engine, trader, sides)


@st.composite
def dealings(draw: st.DrawFn) -> Row:
    """Any order with stops and targets on both sides, under any venue, product and tariff."""
    return {
        "strategy": Bracketed,
        "config": {
            "window": draw(st.integers(2, 5)),
            "quantity": draw(st.integers(1, 40)),
            "order": draw(st.sampled_from(["market", "limit", "stop", "stop_limit"])),
            "validity": draw(st.sampled_from(["DAY", "IOC"])),
            "stop": draw(st.integers(1, 40)),
            "target": draw(st.integers(1, 60)),
            "trail": draw(st.sampled_from([0, 10])),
            "leave": draw(st.booleans()),
            "pyramiding": draw(st.integers(1, 2)),
            "exit_after": draw(st.sampled_from([0, 0, 4])),
        },
        "options": {
            "product_type": draw(st.sampled_from(["INTRADAY", "MARGIN"])),
            "charges": draw(st.sampled_from(["INDIAN", "FLAT", "NONE"])),
            "slippage_model": draw(st.sampled_from(["TICKS", "VOLUME_SHARE", "HALF_SPREAD"])),
            "slippage_amount": draw(st.sampled_from(["0", "2"])),
            "participation_percent": draw(st.sampled_from([None, "1.5"])),
            "latency_bars": draw(st.sampled_from([0, 0, 1])),
            "square_off_before": draw(st.sampled_from([None, 335])),
        },
    }


@few
@given(seed=SEED, count=st.integers(1, 2), missing=st.sampled_from([0.0, 0.2]), columns=dealings())
async def test_protection_venues_and_tariffs_are_the_same_in_backtest_and_paper(
    engine: Engine, superuser: asyncpg.Connection, seed: int, count: int, missing: float, columns: Row
) -> None:
    """Brackets, partial fills and contract notes, on a market of wicks and gaps."""
    trader = await trader_of(engine, superuser)
    chunk = market(seed, bars=40, count=count, missing=missing, wild=True)

    sides = await both(trader, await trader.market(chunk), columns)

    await check_parity(engine, trader, sides)


async def test_a_real_week_is_the_same_in_backtest_and_paper(
    engine: Engine, superuser: asyncpg.Connection
) -> None:
    """Reliance, minute by minute, under a loss limit that bites."""
    trader = await trader_of(engine, superuser)
    candles = await trader.market((week(),))
    columns: Row = {
        "config": {"fast": 10, "slow": 30, "quantity": 10},
        "limits": {"max_daily_loss": "150"},
        "slippage_bps": Decimal(2),
        "charge_per_order": Decimal(20),
    }

    sides = await both(trader, candles, columns)

    await check_parity(engine, trader, sides)
    assert len(await trader.rows("fills", sides.paper)) > 20
    assert len(await trader.rows("risk_events", sides.paper)) > 5


def week() -> Candles:
    """Five sessions of January 2025."""
    (whole,) = real_market("RELIANCE, 2025, by the minute")
    monday = int(np.datetime64("2025-01-06", "us").astype(np.int64))
    return whole.between(monday, monday + 5 * DAY)


async def both(trader: Trader, candles: Market, columns: Row) -> Sides:
    """Starts the two and waits for both to complete."""
    sides = Sides(
        await trader.start(candles, "BACKTEST", **columns), await trader.start(candles, "PAPER", **columns)
    )
    for run_id in sides:
        await trader.ended(run_id)
    return sides


async def check_parity(engine: Engine, trader: Trader, sides: Sides) -> None:
    """(c) the same hash on both sides; (b) the tape gives the run again, effects and rows; and, without our
    projection, the numbers of one side's tables against the other's."""
    backtest = await simulated(engine.store, await run_of(trader, sides.backtest))
    paper = await replayed(engine.store, await run_of(trader, sides.paper))
    recovered = await replayed(engine.store, await run_of(trader, sides.paper), one_by_one=False)

    assert first_difference(backtest.did, paper.did) is None
    assert fingerprint(backtest.did) == fingerprint(paper.did) == fingerprint(recovered.did)
    assert await trader.results(sides.backtest) == backtest.tables
    assert await stored(trader, sides.paper) == paper.rows
    await check_tables(trader, sides, backtest.tables)


async def check_tables(trader: Trader, sides: Sides, tables: dict[str, list[Row]]) -> None:
    """A backtest's Arrow tables and a paper run's SQL tables hold the same numbers."""
    refused = [row for row in tables["DECISIONS"] if row["verdict"] == "REFUSED"]
    kinds = {name.lower(): rows for name, rows in tables.items()}
    kinds |= {"pnl_snapshots": tables["EQUITY"], "risk_events": refused}
    for table, columns in COLUMNS.items():
        lived = await trader.rows(table, sides.paper)
        if table == "pnl_snapshots":  # what the last contract note made of the last candle's comes after it
            lived = list({row["at"]: row for row in lived}.values())
        assert numbers(kinds[table], columns) == numbers(lived, columns), table
    assert worth(tables["POSITIONS"]) == worth(await trader.rows("positions", sides.paper))


COLUMNS = {
    "orders": "cause leg side quantity order_type instrument_id candle_at",
    "fills": "side quantity price charges traded_at instrument_id",
    "trades": "intent_sequence verdict entry_quantity entry_value exit_quantity exit_value charges"
    " realised_pnl opened_at closed_at",
    "positions": "quantity cost realised_pnl charges instrument_id",
    "pnl_snapshots": "at equity",
    "risk_events": "rule limit_value observed_value message candle_at instrument_id",
}


def numbers(rows: list[Row], columns: str) -> list[list[Any]]:
    """These columns of each row; ids as text, as Arrow has them."""
    found = [[row[name] for name in columns.split()] for row in rows]
    return sorted(
        [[str(each) if isinstance(each, UUID) else each for each in row] for row in found], key=repr
    )


def worth(rows: list[Row]) -> Decimal:
    """What is held, at the last price."""
    return sum((row["quantity"] * row["mark_price"] for row in rows), Decimal(0))
