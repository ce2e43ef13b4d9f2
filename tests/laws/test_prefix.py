"""Law 1, prefix: for every k, the intents over the first k candles are the first over all of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams import signals
from streams.domain.intents import Intent
from streams.domain.market import Chunk
from streams.frames import moments
from streams.strategies import BaseStrategy, StrategyConfig
from tests.builders import configs, market, markets, run, terms, unhurried
from tests.laws.real_markets import each_market, real_market
from tests.laws.strategies import KINDS

each_strategy = pytest.mark.parametrize("strategy", KINDS, ids=lambda kind: kind.key)


def intents(strategy: type[BaseStrategy], config: StrategyConfig, chunk: Chunk) -> tuple[Intent, ...]:
    """What a run that has seen nothing wants over these candles."""
    made = run(terms(len(chunk)), strategy=strategy, config=config)
    return signals.form(made.signals(), chunk)[1].intents()


def first(chunk: Chunk, k: int) -> Chunk:
    """The candles of the first k moments."""
    times = moments(chunk)
    end = int(times[k]) if k < len(times) else 2**62
    return tuple(each.between(0, end) for each in chunk)


def holds(strategy: type[BaseStrategy], config: StrategyConfig, chunk: Chunk, k: int) -> int:
    """Asserts the law at k; the number of intents before it."""
    whole, known = intents(strategy, config, chunk), intents(strategy, config, first(chunk, k))
    assert known == whole[: len(known)]
    times = moments(chunk)
    assert all(each.time >= times[k] for each in whole[len(known) :])
    return len(known)


@each_strategy
@unhurried
@given(chunk=markets(), data=st.data())
def test_intents_over_the_first_candles_are_the_first_intents(
    strategy: type[BaseStrategy], chunk: Chunk, data: st.DataObject
) -> None:
    """On small markets of every kind, at any k."""
    config = data.draw(configs(strategy))
    rows = len(moments(chunk))
    if rows:
        holds(strategy, config, chunk, data.draw(st.integers(0, rows - 1)))


@each_strategy
def test_every_strategy_acts_on_a_market_of_a_few_days(strategy: type[BaseStrategy]) -> None:
    """Or the law would hold for want of anything to hold for."""
    assert len(intents(strategy, strategy.Config(), market(1, sessions=5, bars=375))) > 5


@each_strategy
@each_market
def test_the_prefix_law_holds_on_real_candles(strategy: type[BaseStrategy], name: str) -> None:
    """At twenty places of each market."""
    chunk = real_market(name)
    rows = len(moments(chunk))
    counts = [holds(strategy, strategy.Config(), chunk, int(k)) for k in np.linspace(1, rows - 1, 20)]
    assert counts[-1] > 0


@each_strategy
@unhurried
@given(chunk=markets(1), data=st.data())
def test_history_before_a_run_changes_nothing_but_that_the_standing_target_is_asked_for_once(
    strategy: type[BaseStrategy], chunk: Chunk, data: st.DataObject
) -> None:
    """A run that starts later wants what the longer one wants; its first opinion counts as a change."""
    # given
    config = data.draw(configs(strategy))
    before = first(chunk, data.draw(st.integers(0, len(chunk[0]))))
    split = len(before[0])
    later = (chunk[0].rows(split, len(chunk[0])),)
    made = run(strategy=strategy, config=config, history=before)
    # when
    found = [(each.time, each.target) for each in signals.form(made.signals(), later)[1]]
    # then
    whole = [(each.time, each.target) for each in intents(strategy, config, chunk)]
    earlier = [each for each in whole if each[0] in before[0].time]
    expected = whole[len(earlier) :]
    standing = found[: len(found) - len(expected)]
    assert found == standing + expected
    assert [target for _, target in standing] in ([], [target for _, target in earlier[-1:]])
