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
from streams.strategies.base import build
from tests.builders import (
    by_day,
    configs,
    cut,
    instruments,
    markets,
    one_by_one,
    unhurried,
)
from tests.laws.lively import lively
from tests.laws.real_markets import each_market, real_market
from tests.laws.strategies import EVERY, instruments_of

each_strategy = pytest.mark.parametrize("strategy", EVERY, ids=lambda kind: kind.key)

Formed = tuple[Intent, ...]


def intents(
    strategy: type[BaseStrategy], config: StrategyConfig, chunks: list[Chunk], history: Chunk | None = None
) -> Formed:
    """What a run that has seen nothing but its history wants over these chunks."""
    traded = instruments(len(chunks[0]))
    known = signals.start(build(strategy, config), chunks[0][0].interval, traded)
    known = signals.warmed(known, history) if history else known
    found: list[Intent] = []
    for chunk in chunks:
        known, asked = signals.form(known, chunk)
        found.extend(asked)
    return tuple(found)


def first(chunk: Chunk, k: int) -> Chunk:
    """The candles of the first k moments."""
    times = moments(chunk)
    end = int(times[k]) if k < len(times) else 2**62
    return tuple(each.between(0, end) for each in chunk)


def holds(strategy: type[BaseStrategy], config: StrategyConfig, chunk: Chunk, whole: Formed, k: int) -> None:
    """Asserts the law at k, where `whole` are the intents over all candles."""
    known = intents(strategy, config, [first(chunk, k)])
    assert known == whole[: len(known)]
    time = moments(chunk)[k]
    assert all(each.time >= time for each in whole[len(known) :])


@each_strategy
@unhurried
@given(data=st.data())
def test_intents_over_the_first_candles_are_the_first_intents(
    strategy: type[BaseStrategy], data: st.DataObject
) -> None:
    """On small markets of every kind, at any k; and in pieces cut anywhere the same ones."""
    chunk = data.draw(markets(least=instruments_of(strategy)))
    config = data.draw(configs(strategy))
    times = moments(chunk)
    if len(times):
        whole = intents(strategy, config, [chunk])
        holds(strategy, config, chunk, whole, data.draw(st.integers(0, len(times) - 1)))
        cuts = data.draw(st.lists(st.sampled_from(times.tolist()), max_size=6))
        assert intents(strategy, config, cut(chunk, cuts)) == whole


@each_strategy
def test_every_strategy_acts_on_a_lively_market_and_holds_the_law_there(strategy: type[BaseStrategy]) -> None:
    """Or the law would hold for want of anything to hold for; the last days also candle by candle."""
    # given
    chunk, config = lively(instruments_of(strategy)), strategy.Config()
    # when
    whole = intents(strategy, config, [chunk])
    # then
    assert len(whole) > 5
    for k in np.linspace(1, len(chunk[0]) - 1, 20):
        holds(strategy, config, chunk, whole, int(k))
    assert intents(strategy, config, by_day(chunk)) == whole
    # and
    before, late = first(chunk, len(chunk[0]) - 300), tuple(each.rows(-300, len(each)) for each in chunk)
    assert intents(strategy, config, one_by_one(late), before) == intents(strategy, config, [late], before)


@each_strategy
@each_market
def test_the_prefix_law_holds_on_real_candles(strategy: type[BaseStrategy], name: str) -> None:
    """At eight places of each market; by day and in pieces cut at random the same intents."""
    chunk, config = real_market(name, instruments_of(strategy)), strategy.Config()
    whole = intents(strategy, config, [chunk])
    times = moments(chunk)
    for k in np.linspace(1, len(times) - 1, 8):
        holds(strategy, config, chunk, whole, int(k))
    assert intents(strategy, config, by_day(chunk)) == whole
    places = np.random.default_rng(5).choice(times, 20)
    assert intents(strategy, config, cut(chunk, places.tolist())) == whole


@each_strategy
@unhurried
@given(data=st.data())
def test_history_before_a_run_changes_nothing_but_that_the_standing_target_is_asked_for_once(
    strategy: type[BaseStrategy], data: st.DataObject
) -> None:
    """A run that starts later wants what the longer one wants; its first opinion counts as a change."""
    # given
    count = instruments_of(strategy)
    chunk = data.draw(markets(count, least=count))
    config = data.draw(configs(strategy))
    times = moments(chunk)
    split = data.draw(st.integers(0, len(times)))
    before = first(chunk, split)
    since = int(times[split]) if split < len(times) else 2**62
    later = tuple(each.between(since, 2**62) for each in chunk)
    # when
    found = intents(strategy, config, [later], before)
    # then
    expected = [each for each in intents(strategy, config, [chunk]) if each.time >= since]
    standing = found[: len(found) - len(expected)]
    assert list(map(unnumbered, found[len(standing) :])) == list(map(unnumbered, expected))
    assert len(standing) <= count


def unnumbered(intent: Intent) -> Intent:
    """The intent without its place in the run."""
    return intent._replace(sequence=0)
