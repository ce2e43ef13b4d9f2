"""Evaluation: nothing given is changed, what is shared is computed once, roots are each instrument's own."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.columns import (
    BARS,
    Column,
    FrameError,
    advance,
    constant,
    day_high,
    market,
    sma,
    start,
    vwap,
    when,
)
from streams.domain.market import Candles, Chunk, Exchange, Instrument, InstrumentKind, Interval, empty
from streams.sessions import session_of
from tests.streams.columns.every import EVERY
from tests.streams.columns.markets import (
    BOTH,
    COLUMNS,
    FIRST,
    bits,
    chunks,
    closing,
    cut,
    evaluated,
    made,
    moments,
    on,
    unhurried,
)

CLOSE = BARS.close
ALL = [root for roots in EVERY.values() for root in roots]


def fits(root: Column, interval: Interval) -> bool:
    """Whether a run on the interval has the longer candles the column reads."""
    try:
        start([[root], [root]], interval, BOTH)
    except FrameError:
        return False
    return True


@pytest.mark.parametrize(
    "interval",
    [
        Interval.THREE_MINUTES,
        Interval.FIVE_MINUTES,
        Interval.FIFTEEN_MINUTES,
        Interval.ONE_HOUR,
        Interval.ONE_DAY,
    ],
)
@unhurried
@given(data=st.data())
def test_the_laws_hold_on_every_interval(interval: Interval, data: st.DataObject) -> None:
    """All operators at once: the first candles alone, and any chunks, give the same bits."""
    # given
    roots = [root for root in ALL if fits(root, interval)]
    chunk = data.draw(chunks(interval))
    times = moments(chunk) or [0]
    end = data.draw(st.sampled_from(times))
    edges = data.draw(st.lists(st.sampled_from(times), max_size=5))
    # when
    whole, _ = evaluated(roots, chunk)
    found, _ = evaluated(roots, cut(chunk, [end])[0], edges)
    # then
    for own in range(len(chunk)):
        for root in range(len(roots)):
            count = len(found[own][root])
            assert bits(found[own][root]) == bits(whole[own][root][:count])


def frozen(candles: Candles) -> Candles:
    """The candles in arrays that cannot be written to."""
    for name in COLUMNS:
        getattr(candles, name).setflags(write=False)
    return candles


@unhurried
@given(chunk=chunks(most=60))
def test_a_carry_can_be_advanced_again_from_where_it_was(chunk: Chunk) -> None:
    """Nothing is changed in place, neither the candles nor what is remembered."""
    frozen_chunk = tuple(map(frozen, chunk))
    first, second = (cut(frozen_chunk, moments(chunk)[20:21] or [0])[n] for n in (0, -1))
    before, _ = advance(start([ALL, ALL], Interval.ONE_MINUTE, BOTH), first)
    _, once = advance(before, second)
    _, again = advance(before, second)
    for one, other in zip(once, again, strict=True):
        assert one.warm == other.warm
        assert list(map(bits, one.values)) == list(map(bits, other.values))


def test_what_configs_share_is_computed_once() -> None:
    """A hundred crossovers of twenty averages: each average, and the sums under them, once."""
    windows = range(5, 25)
    roots = [when(sma(CLOSE, a) > sma(CLOSE, b), 1, 0) for a in windows for b in windows if a < b]
    cells = start([roots], Interval.ONE_MINUTE, [FIRST]).plan.cells
    names = [cell.column.name for cell in cells]
    assert (names.count("sma"), names.count("_grid"), names.count("close")) == (20, 1, 1)


def test_each_instrument_has_roots_of_its_own() -> None:
    """Legs ask for different columns of different instruments, and nothing of some."""
    own, other = closing([1, 2]), closing([10, 20])
    _, found = advance(start([[CLOSE, constant(3)], []], Interval.ONE_MINUTE, BOTH), (own, other))
    assert [values.tolist() for values in found[0].values] == [[1, 2], [3, 3]]
    assert found[1].values == ()
    assert found[1].warm == 0


def test_no_candles_give_no_values_of_the_right_kind() -> None:
    """Numbers are float64, conditions bool, also of nothing."""
    nothing = empty(FIRST.key, Interval.ONE_MINUTE)
    _, (found,) = advance(start([[CLOSE, CLOSE > 1]], Interval.ONE_MINUTE, [FIRST]), (nothing,))
    assert [values.dtype for values in found.values] == [np.float64, np.bool_]
    assert [len(values) for values in found.values] == [0, 0]


def test_the_warm_up_is_that_of_all_roots_and_of_all_that_came_before() -> None:
    """In rows of the chunk, at most as many as it has."""
    carry = start([[sma(CLOSE, 5), CLOSE]], Interval.ONE_MINUTE, [FIRST])
    candles = closing(np.arange(8))
    carry, (first,) = advance(carry, (candles.rows(0, 3),))
    carry, (second,) = advance(carry, (candles.rows(3, 6),))
    carry, (third,) = advance(carry, (candles.rows(6, 8),))
    assert (first.warm, second.warm, third.warm) == (3, 1, 0)


def test_a_commoditys_day_lasts_into_the_night() -> None:
    """One session from 09:00 on, whatever the stock exchange does at 15:30."""
    gold = Instrument("MCX:GOLD", InstrumentKind.FUTURE, 100, 1)
    day = session_of(Exchange.MCX, date(2024, 6, 10), InstrumentKind.FUTURE)
    assert day is not None
    candles = made(range(day.opens, day.closes, 60_000_000), seed=1, instrument=gold)
    assert on(day_high(BARS), candles, gold)[-1] == candles.high.max()
    assert on(BARS.minutes_to_close, candles, gold)[[0, -1]].tolist() == [len(candles) - 1, 0]
    typical = (candles.high + candles.low + candles.close) / 3
    average = np.average(typical, weights=candles.volume)
    np.testing.assert_allclose(on(vwap(BARS), candles, gold)[-1], average, rtol=1e-12)


def test_an_index_is_a_market_like_any_other() -> None:
    """It has a price, if nothing else."""
    nifty = Instrument("NSE:NIFTY", InstrumentKind.INDEX, 5, 1)
    own, index = closing([1, 2, 3]), closing([10, 30, 20])
    root = when(market("NSE:NIFTY").close > 15, CLOSE, 0)
    _, found = advance(start([[root], []], Interval.ONE_MINUTE, (FIRST, nifty)), (own, index))
    assert found[0].values[0].tolist() == [0, 2, 3]
