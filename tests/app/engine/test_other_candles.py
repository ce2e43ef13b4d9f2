"""Candles beside a run's own: finer ones that say what came first, other markets that a strategy reads."""

from dataclasses import replace

import asyncpg

from app.engine.markets import Range, Reading, read_market
from app.store.actions import write_actions
from app.store.candles import write_candles
from app.store.driver import to_moment
from app.store.instruments import ensure_instrument, find_instrument
from streams.actions import ActionKind, CorporateAction
from streams.candles.resampling import resample
from streams.domain.market import Candles, Instrument, InstrumentKind, Interval
from streams.sessions import DAY, trading_date
from tests.brackets import LEADER, Bracketed, Follower
from tests.builders import MINUTE, START, market
from tests.engines import Engine, trader_of
from tests.laws.test_parity import Sides, check_parity
from tests.traders import Market, Row, Trader

CONFIG = {"quantity": 5, "stop": 3, "target": 3, "window": 2}


async def test_finer_candles_decide_what_came_first_in_backtest_and_paper_alike(
    engine: Engine, superuser: asyncpg.Connection
) -> None:
    """Stop or target within five minutes: by the minutes, where they are stored."""
    trader = await trader_of(engine, superuser)
    (minutes,) = market(11, sessions=3, bars=60)
    stored = await trader.market((resample(minutes, InstrumentKind.EQUITY, Interval.FIVE_MINUTES),))
    await keep(engine, stored, minutes)
    outcomes = []
    for options in ({}, {"intrabar": "1m"}):
        columns: Row = {"strategy": Bracketed, "config": CONFIG, "options": options}
        sides = Sides(
            await trader.start(stored, "BACKTEST", **columns), await trader.start(stored, "PAPER", **columns)
        )
        await completed(trader, sides)
        await check_parity(engine, trader, sides)
        outcomes.append([row["price"] for row in await trader.rows("fills", sides.paper)])

    assert outcomes[0] != outcomes[1], "the minutes make a difference"


async def keep(engine: Engine, stored: Market, minutes: Candles) -> None:
    """The minutes of a stored instrument, beside what it has."""
    (key,) = (each.instrument for each in stored.chunk)
    async with engine.store.trading() as connection:
        named = replace(minutes, instrument=key)
        await write_candles(connection, stored.ids[0], Interval.ONE_MINUTE, named, source="test")


async def completed(trader: Trader, sides: Sides) -> None:
    """Both have come to their ends."""
    for run_id in sides:
        await trader.ended(run_id)


async def test_a_strategy_reads_a_market_it_does_not_trade(
    engine: Engine, superuser: asyncpg.Connection
) -> None:
    """Its candles travel with the run's own, on the tape too; no order is ever made in it."""
    trader = await trader_of(engine, superuser)
    traded, leader = market(5, sessions=2, bars=50, count=2, missing=0.2)
    stored = await trader.market((traded,))
    async with engine.store.trading() as connection:
        known, _ = await ensure_instrument(connection, Instrument(LEADER, InstrumentKind.INDEX, 500, 1))
        named = replace(leader, instrument=LEADER)
        await write_candles(connection, known.id, Interval.ONE_MINUTE, named, source="test")
    columns: Row = {"strategy": Follower, "config": {"fast": 2, "slow": 4, "quantity": 3}}

    sides = Sides(
        await trader.start(stored, "BACKTEST", **columns), await trader.start(stored, "PAPER", **columns)
    )
    await completed(trader, sides)

    await check_parity(engine, trader, sides)
    orders = await trader.rows("orders", sides.paper)
    assert {row["instrument_id"] for row in orders} == set(stored.ids)
    assert len(orders) > 4


async def test_equity_at_the_last_hour_of_a_day_is_told_when_the_session_ends(
    engine: Engine, superuser: asyncpg.Connection
) -> None:
    """NSE's hour that opens at 15:15 is over at 15:30, and with it what is struck and decided then."""
    trader = await trader_of(engine, superuser)
    (minutes,) = market(11, sessions=2, bars=375)
    stored = await trader.market((resample(minutes, InstrumentKind.EQUITY, Interval.ONE_HOUR),))
    sides = Sides(await trader.start(stored, "BACKTEST"), await trader.start(stored, "PAPER"))
    await completed(trader, sides)

    curve = [row["at"] for row in (await trader.results(sides.backtest))["EQUITY"]]
    struck = [row["at"] for row in await trader.rows("pnl_snapshots", sides.paper)]

    ends = [to_moment(START + 375 * MINUTE + day * DAY) for day in range(2)]
    assert (len(curve), [curve[6], curve[13]]) == (14, ends)
    assert curve == struck
    await check_parity(engine, trader, sides)


async def test_what_is_left_of_a_market_is_told_in_the_shares_of_the_day_it_had_come_to(
    engine: Engine, superuser: asyncpg.Connection
) -> None:
    """A run without an end, recovered when all its candles are lived: a split it went through stays known."""
    trader = await trader_of(engine, superuser)
    (minutes,) = (await trader.market(market(11, sessions=3, bars=5))).chunk
    second, last = START + DAY, int(minutes.time[-1])
    async with engine.store.trading() as connection:
        known = await find_instrument(connection, minutes.instrument)
        assert known is not None
        split = CorporateAction(trading_date(second), ActionKind.SPLIT, 2)
        await write_actions(connection, [(known.id, split)])
        reading = Reading((known,), 1, Interval.ONE_MINUTE, Interval.ONE_MINUTE)
        fresh = await read_market(connection, reading, Range(second, None, None, 3))
        over = await read_market(connection, reading, Range(second, None, last, 3))

    assert (len(fresh.market[0]), len(over.market[0])) == (10, 0)
    for one, other in ((fresh.history, over.history), (fresh.detail, over.detail)):
        assert one[0].close.tolist() == other[0].close.tolist()
    assert fresh.history[0].close.tolist() != minutes.close[2:5].tolist()
