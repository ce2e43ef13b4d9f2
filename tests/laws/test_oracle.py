"""A backtest makes the trades and the money that a plain loop makes, written apart from it."""

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from streams.domain.market import Chunk
from streams.outcome import Outcome
from streams.strategies.sma_crossover import SmaCrossover
from tests.builders import RUPEE, SEED, by_day, market, run, terms, unhurried
from tests.laws.oracle import Result, RoundTrip, Rules, crossover
from tests.laws.outcomes import backtest
from tests.laws.real_markets import each_market, real_market

CAPITAL = 10_000_000 * RUPEE


def judged(chunk: Chunk, rules: Rules) -> tuple[Outcome, Result]:
    """Both outcomes under the same rules, by one instrument."""
    (candles,) = chunk
    opens, closes = (np.rint(each * 1e7).astype(np.int64).tolist() for each in (candles.open, candles.close))
    agreed = terms(capital=rules.capital, slippage=rules.slippage_bps * 100, charge=rules.charge)
    config = SmaCrossover.Config(fast=rules.fast, slow=rules.slow, quantity=rules.quantity)
    return backtest(run(agreed, config=config), by_day(chunk)), crossover(opens, closes, rules)


def round_trips(outcome: Outcome, chunk: Chunk) -> list[RoundTrip]:
    """A backtest's trades as the oracle writes them."""
    rows = {time: row for row, time in enumerate(chunk[0].time.tolist())}
    return [
        RoundTrip(
            rows[each.opened_at or 0],
            each.entry_value // each.entry_quantity,
            None if each.closed_at is None else rows[each.closed_at],
            None if each.closed_at is None else each.exit_value // each.exit_quantity,
        )
        for each in outcome.trades.by_intent.values()
        if each.entry_quantity
    ]


def agree(chunk: Chunk, rules: Rules) -> Result:
    """Asserts that both come to the same; the oracle's result."""
    outcome, expected = judged(chunk, rules)
    compare(outcome, expected, chunk, rules)
    return expected


def compare(outcome: Outcome, expected: Result, chunk: Chunk, rules: Rules) -> None:
    """Asserts the same trades and the same money."""
    assert round_trips(outcome, chunk) == expected.trades
    figures = outcome.figures
    assert figures.final_equity == expected.equity
    assert figures.trades == len(expected.trades)
    earned = [
        ((each.exit_price or 0) - each.entry_price) * rules.quantity
        for each in expected.trades
        if each.exit_row is not None
    ]
    orders = len(expected.trades) + len(earned)
    assert (figures.realised_pnl, figures.charges) == (sum(earned), orders * rules.charge)
    assert figures.orders_count == orders + bool(expected.waiting)
    assert figures.wins == sum(each > 2 * rules.charge for each in earned)


@each_market
def test_trades_and_final_equity_are_the_plain_loops_on_real_candles(name: str) -> None:
    """SMA 10/30, ten units, ten basis points, twenty rupees an order."""
    rules = Rules(quantity=10, capital=CAPITAL, slippage_bps=10, charge=20 * RUPEE)
    assert agree(real_market(name), rules).trades


@unhurried
@given(
    seed=SEED,
    on_grid=st.booleans(),
    fast=st.integers(2, 8),
    more=st.integers(1, 12),
    bps=st.integers(0, 30),
    charge=st.sampled_from([0, 20 * RUPEE]),
)
def test_trades_and_final_equity_are_the_plain_loops_on_random_markets(
    seed: int, on_grid: bool, fast: int, more: int, bps: int, charge: int
) -> None:
    """On the price grid, where ties are many and exact, and off it, where rounding would decide them."""
    chunk = market(seed, sessions=3, bars=60, on_grid=on_grid)
    slow = max(3, fast + more)
    rules = Rules(fast, slow, quantity=7, capital=CAPITAL, slippage_bps=bps, charge=charge)
    outcome, expected = judged(chunk, rules)
    assume(on_grid or not expected.ties)
    compare(outcome, expected, chunk, rules)
