"""A backtest's outcome on candles few enough to reckon by hand."""

import numpy as np
import pytest

from streams.backtest import Backtest
from streams.domain.market import Chunk
from streams.report import Figures
from streams.strategies import StrategyConfig
from streams.strategies.sma_crossover import SmaCrossover
from tests.builders import RUPEE, candles, one_by_one, run, terms
from tests.streams.test_pipeline import TOO_HIGH, Fragile

CAPITAL = 10_000 * RUPEE

# SMA 2/3 of the closes: up on row 3, down on row 5, up on row 8; filled at the opens of rows 4, 6 and 9.
CLOSES = [10.0, 10.0, 10.0, 12.0, 13.0, 9.0, 8.0, 8.0, 11.0, 12.0, 14.0]
OPENS = [10.0, 10.0, 10.0, 10.0, 12.5, 13.0, 8.9, 8.0, 8.0, 11.05, 12.0]


def outcome_of(parts: list[Chunk], config: StrategyConfig | None = None) -> Backtest:
    """A backtest fed with these chunks: 2 rupees an order, 10 shares."""
    chosen = config or SmaCrossover.Config(fast=2, slow=3, quantity=10)
    made = Backtest(run(terms(capital=CAPITAL, charge=2 * RUPEE), config=chosen))
    for part in parts:
        made.feed(part)
    return made


def test_figures_and_trades_are_those_reckoned_by_hand() -> None:
    """Bought at 12.50, sold at 8.90, bought at 11.05 and worth 14.00 in the end."""
    outcome = outcome_of([(candles(CLOSES, opens=OPENS),)]).outcome()
    assert outcome.figures == Figures(
        starting_capital=CAPITAL,
        final_equity=CAPITAL - 36 * RUPEE + 29_5000 - 6 * RUPEE,
        realised_pnl=-36 * RUPEE,
        unrealised_pnl=29_5000,
        charges=6 * RUPEE,
        trades=2,
        wins=0,
        losses=1,
        max_drawdown=43 * RUPEE,
        candles=11,
        orders_count=3,
        refusals=0,
    )
    first, second = outcome.trades.by_intent.values()
    assert (first.entry_value, first.exit_value, first.is_closed) == (125 * RUPEE, 89 * RUPEE, True)
    assert (second.entry_value, second.exit_quantity, second.is_closed) == (110_5000, 0, False)


def test_the_curve_is_equity_after_each_close() -> None:
    """Cash and position at the close of each row, less the charges."""
    outcome = outcome_of([(candles(CLOSES, opens=OPENS),)]).outcome()
    gains = [0, 0, 0, 0, 3, -37, -40, -40, -40, -32.5, -12.5]
    assert outcome.curve.equity.tolist() == [CAPITAL + round(each * RUPEE) for each in gains]
    assert outcome.curve.equity[-1] == outcome.figures.final_equity


def test_the_curve_is_the_equity_that_the_fold_strikes() -> None:
    """Two ways to the same numbers."""
    parts = one_by_one((candles(CLOSES, opens=OPENS),))
    made = outcome_of([])
    struck = []
    for part in parts:
        made.feed(part)
        struck.append(made.outcome().figures.final_equity)
    assert made.outcome().curve.equity.tolist() == struck


def test_an_outcome_of_nothing_is_the_capital() -> None:
    """No candles, or too few to warm up."""
    outcome = outcome_of([]).outcome()
    assert (len(outcome.curve.time), outcome.figures.final_equity, outcome.figures.candles) == (0, CAPITAL, 0)
    short = outcome_of([(candles(CLOSES[:2]),), (candles([]),)]).outcome()
    assert (short.intents, short.figures.candles, short.figures.final_equity) == ((), 2, CAPITAL)


def test_what_the_strategy_raises_the_feed_raises() -> None:
    """And goes on raising: the candles after it must not be passed over in silence."""
    made = Backtest(run(strategy=Fragile, config=Fragile.Config()))
    with pytest.raises(OverflowError) as raised:
        made.feed((candles(CLOSES),))
    assert raised.value is TOO_HIGH
    with pytest.raises(OverflowError):
        made.feed((candles([8.0], times=[int(candles(CLOSES).time[-1]) + 60_000_000]),))


def test_a_trade_that_earned_no_more_than_its_charges_is_a_loss() -> None:
    """Bought at 12.50 and sold 0.40 higher: 4 rupees for 4 rupees of charges."""
    opens = np.array(OPENS)
    for price, expected in ((12.9, (0, 1)), (12.95, (1, 0))):
        opens[6] = price
        figures = outcome_of([(candles(CLOSES[:8], opens=opens[:8].tolist()),)]).outcome().figures
        assert (figures.wins, figures.losses) == expected
