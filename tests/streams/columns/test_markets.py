"""Other markets: never later than the own candle's close."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from streams.columns import BARS, Column, advance, day_high, lag, lookback, market, markets, sma, start
from streams.columns.plan import reachable
from streams.domain.market import Candles, Exchange, Instrument, InstrumentKind, Interval
from streams.sessions import nominal_open, session_of
from tests.streams.columns.markets import (
    BOTH,
    FIRST,
    SECOND,
    bits,
    closing,
    evaluated,
    grid,
    made,
    moments,
)

CLOSE, OTHER = BARS.close, market(1)
MCX = Instrument("MCX:GOLD", InstrumentKind.FUTURE, 100, 1)


def pair(root: Column, own: Candles, other: Candles, listed: Any = BOTH) -> tuple[NDArray[np.float64], int]:
    """The column's values on the own candles, and the first warm row."""
    _, found = advance(start([[root], []], own.interval, listed), (own, other))
    return found[0].values[0], found[0].warm


def test_the_candle_that_opened_at_the_same_time_is_seen() -> None:
    """Both have closed."""
    found, _ = pair(OTHER.close, closing([1, 2, 3]), closing([10, 20, 30]))
    assert found.tolist() == [10, 20, 30]


def test_where_the_other_has_no_candle_its_last_one_stands() -> None:
    """And before its first there is nothing."""
    other = closing([10, 20, 30, 40, 50])
    some = made(other.time[[1, 3]], seed=1)
    found, warm = pair(OTHER.close, closing([1, 2, 3, 4, 5]), some)
    np.testing.assert_array_equal(found, [np.nan, some.close[0], some.close[0], some.close[1], some.close[1]])
    assert warm == 1


def test_a_later_candle_of_the_other_is_not_seen_though_it_is_in_the_same_chunk() -> None:
    """The chunk holds the whole day of both."""
    own = made(grid("2024-03-01", Interval.ONE_MINUTE)[::7], seed=1)
    other = made(grid("2024-03-01", Interval.ONE_MINUTE), seed=2)
    found, _ = pair(OTHER.close, own, other)
    assert found.tolist() == other.close[::7].tolist()


def test_a_daily_candle_of_a_market_that_closes_later_is_seen_the_next_day() -> None:
    """MCX trades into the night: at NSE's close its day is not over."""
    days = [nominal_open(Exchange.NSE, day) for day in _days()]
    own = made(days, seed=1, interval=Interval.ONE_DAY)
    night = [nominal_open(Exchange.MCX, day) for day in _days()]
    other = made(night, seed=2, instrument=MCX, interval=Interval.ONE_DAY)
    found, _ = pair(market("MCX:GOLD").close, own, other, (FIRST, MCX))
    np.testing.assert_array_equal(found, [np.nan, *other.close[:-1]])


def test_a_candle_that_opens_after_the_own_one_is_not_seen_though_it_closes_before() -> None:
    """Candles come in order of opening: NSE's of 15:15 after MCX's of 15:00, which closes at 16:00."""
    day = date(2024, 6, 10)
    night = session_of(Exchange.MCX, day, InstrumentKind.FUTURE)
    assert night is not None
    own = made(
        range(night.opens, night.closes, Interval.ONE_HOUR.microseconds),
        seed=1,
        instrument=MCX,
        interval=Interval.ONE_HOUR,
    )
    other = made(grid(str(day), Interval.ONE_HOUR), seed=2, interval=Interval.ONE_HOUR)
    found, _ = pair(market("NSE:FIRST").close, own, other, (MCX, FIRST))
    np.testing.assert_array_equal(found[:8], [np.nan, *other.close])


@pytest.mark.parametrize("interval", [Interval.THIRTY_MINUTES, Interval.ONE_HOUR, Interval.ONE_DAY])
def test_markets_of_other_hours_give_the_same_bits_one_candle_at_a_time(interval: Interval) -> None:
    """MCX opens before NSE and closes long after it: their candles begin at other times and end at others."""
    roots = [market("NSE:FIRST").close, market("NSE:FIRST").every("1d").close, day_high(market("NSE:FIRST"))]
    own, other = _of_days(MCX, interval, 1), _of_days(FIRST, interval, 2)
    whole, warm = evaluated(roots, (own, other), listed=(MCX, FIRST))
    pieces, counted = evaluated(roots, (own, other), moments((own, other)), (MCX, FIRST))
    assert counted == warm
    assert [*map(bits, pieces[0])] == [*map(bits, whole[0])]


def _of_days(instrument: Instrument, interval: Interval, seed: int) -> Candles:
    exchange = Exchange(instrument.key.partition(":")[0])
    if interval is Interval.ONE_DAY:
        return made([nominal_open(exchange, day) for day in _days()], seed, instrument, interval)
    sessions = [session_of(exchange, day, instrument.kind) for day in _days()]
    spans = [range(each.opens, each.closes, interval.microseconds) for each in sessions if each]
    return made([at for span in spans for at in span], seed, instrument, interval)


def _days() -> list[date]:
    return [date(2024, 6, day) for day in (10, 11, 12, 13)]


def test_an_hour_that_closes_later_elsewhere_is_not_seen_at_the_earlier_close() -> None:
    """From August 2026 the cash market's last hour ends at 15:35, a future's at 15:40."""
    session = grid_2026(InstrumentKind.EQUITY)
    own = made(session, seed=1, interval=Interval.ONE_HOUR)
    other = made(session, seed=2, interval=Interval.ONE_HOUR)
    found, _ = pair(OTHER.close, own, other)
    assert found[:-1].tolist() == other.close[:-1].tolist()
    assert found[-1] == other.close[-2]


def grid_2026(kind: InstrumentKind) -> list[int]:
    """The hours of a day after the change."""
    session = session_of(Exchange.NSE, date(2026, 8, 5), kind)
    assert session is not None
    return list(range(session.opens, session.closes, Interval.ONE_HOUR.microseconds))


def test_a_market_is_found_by_key_by_symbol_and_by_position() -> None:
    """All three name the same candles."""
    own, other = closing([1, 2]), closing([10, 20])
    for key in ("NSE:SECOND", "SECOND", 1):
        assert pair(market(key).close, own, other)[0].tolist() == [10, 20]
    assert pair(market(0).close, own, other)[0].tolist() == [1, 2]


def test_operators_on_another_market_count_its_candles() -> None:
    """Its average is over its own last candles, wherever the own ones lie."""
    own, other = closing([1, 2, 3, 4, 5, 6]), closing([10, 20, 30, 40, 50, 60])
    sparse = made(other.time[[0, 2, 5]], seed=4)
    found, warm = pair(sma(OTHER.close, 2), own, sparse)
    expected = (sparse.close[0] + sparse.close[1]) / 2
    np.testing.assert_allclose(found[:5], [np.nan, np.nan, expected, expected, expected])
    assert warm == 2


def test_a_window_over_both_counts_own_candles() -> None:
    """A spread is a column on the own candles."""
    own, other = closing([1, 2, 3, 4]), closing([10, 20, 30, 40])
    assert pair(sma(OTHER.close - CLOSE, 2), own, other)[0][1:].tolist() == [13.5, 22.5, 31.5]
    assert pair(lag(OTHER.close - CLOSE), own, other)[0][1:].tolist() == [9, 18, 27]


def test_longer_candles_of_another_market_are_complete_ones() -> None:
    """Even where the own candles are sparse and the other's are not."""
    own, other = closing(np.arange(1, 31)), closing(np.arange(101, 131))
    found, _ = pair(OTHER.every("5m").close, own, other)
    assert np.isnan(found[:4]).all()
    assert found[[4, 8, 9, 29]].tolist() == [105, 105, 110, 130]


def test_each_instruments_expiry_is_its_own() -> None:
    """The first never expires; the second does on 28 November 2024."""
    own, other = (made(grid("2024-11-04", Interval.ONE_MINUTE), seed=n) for n in (1, 2))
    root = BARS.days_to_expiry
    _, found = advance(start([[root], [root]], own.interval, BOTH), (own, other))
    assert np.isnan(found[0].values[0]).all()
    assert set(found[1].values[0].tolist()) == {24.0}


def test_what_several_instruments_read_of_a_market_is_computed_once() -> None:
    """One cell, not one each."""
    average = sma(market("SECOND").close, 5)
    listed = [FIRST._replace(key=f"NSE:T{n}") for n in range(9)] + [SECOND]
    few = start([[average], *[[]] * 9], Interval.ONE_MINUTE, listed).plan
    many = start([[average]] * 10, Interval.ONE_MINUTE, listed).plan
    assert len(many.cells) == len(few.cells) + 9 * 2  # each one's own alignment


def test_the_markets_a_strategy_reads_are_known_beforehand() -> None:
    """So that a run can load their candles."""
    root = market("NSE:NIFTY").every("15m").close > market(1).close + sma(market("NSE:NIFTY").close, 3)
    assert set(markets([root, CLOSE])) == {"NSE:NIFTY", 1}
    assert markets([CLOSE]) == ()
    assert len(reachable([root, root])) == len(reachable([root]))


@pytest.mark.parametrize(
    ("root", "candles"), [(OTHER.close, 1), (sma(OTHER.close, 10), 10), (CLOSE, 0)], ids=repr
)
def test_another_market_needs_one_candle_more(root: Column, candles: int) -> None:
    """It may open later than the own one."""
    assert lookback(root, Interval.ONE_MINUTE, BOTH) == candles


def test_an_instrument_without_candles_in_a_chunk_loses_nothing() -> None:
    """What others did meanwhile is there when its next candle comes."""
    own, other = closing([1, 2, 3, 4, 5, 6]), closing([10, 20, 30, 40, 50, 60])
    sparse = made(own.time[[0, 5]], seed=1)
    carry = start([[sma(OTHER.close, 3)], []], Interval.ONE_MINUTE, BOTH)
    values = []
    for row in range(6):
        chunk = (sparse.between(int(own.time[row]), int(own.time[row]) + 1), other.rows(row, row + 1))
        carry, found = advance(carry, chunk)
        values += found[0].values[0].tolist()
    np.testing.assert_array_equal(values, [np.nan, 50.0])
