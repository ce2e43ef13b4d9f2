"""A backtest of millions of candles is compiled where the extra `fast` is there, and comes to the same."""

from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from app.engine.backtests import batches, simulate
from app.engine.identity import RunIdentity
from app.engine.plan import Plan, RunRefused
from app.store.tables.strategies import RunMode, StrategyRun
from streams.backtest import Backtest
from streams.domain.market import Candles, Chunk, Exchange, InstrumentKind, Interval
from streams.domain.money import MAX_QUANTITY
from streams.domain.orders import ProductType
from streams.kernel.compiled import PAYS_FROM, installed
from streams.pipeline import Run
from streams.strategies.sma_crossover import SmaCrossover
from tests.builders import MINUTE, START, candles, run


def endless(rows: int) -> Candles:
    """A walk in paise, minute after minute."""
    steps = np.random.default_rng(5).integers(-5, 6, rows)
    close = (100_000 + np.cumsum(steps) % 5_000) / 100
    time = START + MINUTE * np.arange(rows)
    volume = np.full(rows, 100, np.int64)
    return Candles("NSE:TEST0", Interval.ONE_MINUTE, time, close, close, close, close, volume)


def planned(made: Run, market: Chunk) -> Plan:
    """A backtest of one share that nobody has stored."""
    products, traded = (ProductType.INTRADAY,), frozenset({(Exchange.NSE, InstrumentKind.EQUITY)})
    ids = uuid4(), uuid4(), None, 1
    who = RunIdentity(*ids, RunMode.BACKTEST, made.interval, (uuid4(),), products, traded)
    return Plan(who, StrategyRun(instrument_ids=[]), made, None, market)


async def progressed(*_: object) -> None:
    """Nobody looks."""


@pytest.mark.skipif(not installed(), reason="the extra `fast` (numba) is not installed")
async def test_a_long_backtest_is_compiled_and_comes_to_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine code is kept in the user's cache; the figures are those of the way in numbers."""
    # given
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    market = (endless(PAYS_FROM),)
    plan = planned(run(), market)
    plain = Backtest(plan.run)
    for part in batches(market):
        plain.feed(part)
    plain.settle()
    # when
    found = await simulate(plan, progressed, lambda: False)
    # then
    assert found is not None
    assert found.figures == plain.outcome().figures
    assert found.figures.trades > 1000
    assert any((tmp_path / "medha" / "kernel").iterdir())


async def test_a_backtest_that_moves_more_money_than_can_be_counted_is_refused_with_a_sentence() -> None:
    """It is not the strategy that raised."""
    waves = [9_000_000.0 + 1_000 * (row % 8 - 4) for row in range(400)]
    made = run(config=SmaCrossover.Config(fast=2, slow=3, quantity=MAX_QUANTITY))
    with pytest.raises(RunRefused, match="give it less capital or size"):
        await simulate(planned(made, (candles(waves),)), progressed, lambda: False)
