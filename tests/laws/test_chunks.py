"""Law 2, chunks: one by one, by day or all at once, the same intents, decisions, orders and fills."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams import simulation
from streams.columns.evaluation import advance, start
from streams.domain.intents import Action, Intent
from streams.domain.market import Interval
from streams.frames import moments
from streams.pipeline import Run
from streams.risk import RiskLimits
from streams.strategies import BaseStrategy
from tests.builders import (
    RUPEE,
    at_once,
    by_day,
    configs,
    cut,
    instruments,
    markets,
    one_by_one,
    run,
    terms,
    unhurried,
)
from tests.laws.lively import lively
from tests.laws.outcomes import backtest, paper, whole, without_pnl
from tests.laws.real_markets import each_market, real_market
from tests.laws.strategies import EVERY, instruments_of

each_strategy = pytest.mark.parametrize("strategy", EVERY, ids=lambda kind: kind.key)


@st.composite
def limits(draw: st.DrawFn) -> RiskLimits:
    """Limits that bite now and then on a market around 500 rupees."""
    money = st.none() | st.integers(0, 20_000).map(lambda rupees: rupees * RUPEE)
    loss = st.none() | st.integers(0, 300).map(lambda rupees: rupees * RUPEE)
    return RiskLimits(draw(loss), draw(st.none() | st.integers(0, 3)), draw(money), draw(money))


@st.composite
def runs(draw: st.DrawFn, strategy: type[BaseStrategy], count: int) -> Run:
    """A run of the strategy under any terms."""
    agreed = terms(
        count,
        limits=draw(limits()),
        slippage=draw(st.sampled_from([0, 500, 1000])),
        charge=draw(st.sampled_from([0, 20 * RUPEE])),
        lot_size=draw(st.sampled_from([1, 5])),
    )
    return run(agreed, strategy=strategy, config=draw(configs(strategy)))


@each_strategy
@unhurried
@given(data=st.data())
def test_the_outcome_does_not_depend_on_the_chunks(strategy: type[BaseStrategy], data: st.DataObject) -> None:
    """Bit for bit, the equity curve and the figures included; nor on stepping through every candle."""
    # given
    chunk = data.draw(markets(least=instruments_of(strategy)))
    made = data.draw(runs(strategy, len(chunk)))
    cuts = data.draw(st.lists(st.sampled_from(moments(chunk).tolist() or [0]), max_size=6))
    # when
    expected = whole(backtest(made, at_once(chunk)))
    # then
    assert whole(backtest(made, one_by_one(chunk))) == expected
    assert whole(backtest(made, by_day(chunk))) == expected
    assert whole(backtest(made, cut(chunk, cuts))) == expected
    assert whole(backtest(made, at_once(chunk), simulation.every)) == expected


@each_strategy
@unhurried
@given(data=st.data())
def test_a_paper_run_fed_moment_by_moment_does_what_the_backtest_does(
    strategy: type[BaseStrategy], data: st.DataObject
) -> None:
    """Every effect in the same order: the closed loop of a backtest adds nothing of its own."""
    chunk = data.draw(markets(least=instruments_of(strategy)))
    made = data.draw(runs(strategy, len(chunk)))
    lived = paper(made, one_by_one(chunk))
    assert without_pnl(lived.effects) == backtest(made, at_once(chunk)).effects


@each_strategy
def test_the_strategies_trade_under_all_sorts_of_terms(strategy: type[BaseStrategy]) -> None:
    """Orders, refusals and trades of both outcomes, or the laws above would compare nothing."""
    chunk = lively(2, days=120)
    agreed = terms(2, limits=RiskLimits(max_open_positions=1), charge=1, interval=chunk[0].interval)
    made = run(agreed, strategy=strategy, config=strategy.Config())
    figures = backtest(made, at_once(chunk)).figures
    assert min(figures.orders_count, figures.refusals, figures.wins, figures.losses) > 0


@each_strategy
@each_market
def test_the_outcome_does_not_depend_on_the_chunks_of_real_candles(
    strategy: type[BaseStrategy], name: str
) -> None:
    """At once, by day, at random places; on the last days also by every candle, one by one, on paper."""
    # given
    market = real_market(name, instruments_of(strategy))
    chunk = tuple(each.rows(max(0, len(each) - 12_000), len(each)) for each in market)
    agreed = terms(len(chunk), slippage=1000, charge=20 * RUPEE, interval=chunk[0].interval)
    made = run(agreed, strategy=strategy, config=strategy.Config())
    expected = whole(backtest(made, at_once(chunk)))
    places = np.random.default_rng(5).choice(moments(chunk), 20)
    asked = [each for each in expected.intents if isinstance(each, Intent)]
    entering = [each for each in asked if each.target and each.action is not Action.EXIT]
    # then
    assert bool(expected.figures.orders_count) == bool(entering)
    assert whole(backtest(made, by_day(chunk))) == expected
    assert whole(backtest(made, cut(chunk, places.tolist()))) == expected
    # and
    late = tuple(each.rows(max(0, len(each) - 1500), len(each)) for each in chunk)
    lived = whole(backtest(made, at_once(late)))
    assert whole(backtest(made, at_once(late), simulation.every)) == lived
    assert whole(backtest(made, one_by_one(late))) == lived
    assert without_pnl(paper(made, one_by_one(late)).effects) == lived.effects


@each_strategy
@unhurried
@given(data=st.data())
def test_a_columns_values_do_not_depend_on_the_chunks_to_the_last_bit(
    strategy: type[BaseStrategy], data: st.DataObject
) -> None:
    """The parts of what is asked too: what explains a trade is what decided it."""
    # given
    count = instruments_of(strategy)
    chunk = data.draw(markets(count, least=count))
    roots = data.draw(runs(strategy, count)).intents.roots
    roots = (*roots, *(part for each in roots for part in each.inputs))
    cuts = data.draw(st.lists(st.sampled_from(moments(chunk).tolist() or [0]), max_size=6))
    nothing = start([roots, *((),) * (count - 1)], Interval.ONE_MINUTE, instruments(count))
    (expected, *_) = advance(nothing, chunk)[1]
    # when
    carry, found = nothing, []
    for part in cut(chunk, cuts):
        carry, (evaluated, *_) = advance(carry, part)
        found.append(evaluated.values)
    # then
    warm = expected.warm
    for values, parts in zip(expected.values, zip(*found, strict=True), strict=True):
        joined = np.concatenate(parts)
        assert joined[warm:].tobytes() == values[warm:].tobytes()
