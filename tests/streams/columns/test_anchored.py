"""What begins anew with each session: sums, extremes, opening ranges, pivots, gaps; and the clock."""

import dataclasses

import numpy as np
import pytest

from streams.columns import (
    BARS,
    Column,
    advance,
    changed,
    day_high,
    day_low,
    former_session,
    gap,
    lookback,
    opening_range,
    pivot_points,
    session_first,
    session_total,
    start,
    vwap,
)
from streams.domain.market import Candles, Interval, joined
from tests.streams.columns.markets import FIRST, grid, kept, made, on

CLOSE = BARS.close
DRILL, MUHURAT = "2024-03-02", "2024-11-01"


def days(*names: str, interval: Interval = Interval.ONE_MINUTE) -> Candles:
    """Whole days of random candles."""
    return made([at for day in names for at in grid(day, interval)], seed=11, interval=interval)


def warm(root: Column, candles: Candles) -> int:
    """The first row that may act."""
    _, (found,) = advance(start([[root]], candles.interval, [FIRST]), (candles,))
    return found.warm


def test_vwap_weighs_typical_prices_by_volume_since_the_opening() -> None:
    """Each day on its own."""
    candles = days("2024-02-29", "2024-03-01")
    found = on(vwap(BARS), candles)
    typical = (candles.high + candles.low + candles.close) / 3
    for first, row in ((0, 200), (0, 374), (375, 376), (375, 749)):
        part = slice(first, row + 1)
        expected = np.average(typical[part], weights=candles.volume[part])
        np.testing.assert_allclose(found[row], expected, rtol=1e-12)


def test_vwap_is_missing_until_the_session_has_volume() -> None:
    """An index never has any."""
    candles = days("2024-03-01")
    silent = dataclasses.replace(candles, volume=np.zeros(375, np.int64))
    assert np.isnan(on(vwap(BARS), silent)).all()


def test_a_halt_does_not_begin_a_new_session() -> None:
    """A drill's two parts are one day."""
    candles = days(DRILL, "2024-03-04")
    high = on(day_high(BARS), candles)
    assert high[104] == candles.high[:105].max()
    assert high[105] == candles.high[105]
    assert on(day_low(BARS), candles)[104] == candles.low[:105].min()


def test_the_hour_of_muhurat_is_a_session_of_its_own() -> None:
    """It ends the day before it and is ended by the day after it."""
    candles = days("2024-10-31", MUHURAT, "2024-11-04")
    first = on(session_first(BARS.open, BARS), candles)
    assert (first[375:435] == candles.open[375]).all()
    assert (on(former_session(CLOSE, BARS), candles)[435:] == candles.close[434]).all()


def test_an_opening_range_is_missing_until_its_last_minute_has_closed() -> None:
    """The candle of 09:29 closes at 09:30: with it the quarter is complete."""
    candles = days("2024-02-29", "2024-03-01")
    found = opening_range(BARS, 15)
    high, low = on(found.high, candles), on(found.low, candles)
    for opens in (0, 375):
        assert np.isnan(high[opens : opens + 14]).all()
        assert (high[opens + 14 : opens + 375] == candles.high[opens : opens + 15].max()).all()
        assert (low[opens + 14 : opens + 375] == candles.low[opens : opens + 15].min()).all()


def test_an_opening_range_counts_the_clock_and_not_the_candles() -> None:
    """Missing minutes neither stretch it nor keep it open for ever."""
    whole = days("2024-03-01")
    candles = kept(whole, np.array([0, 3, 7, 20, 21]))
    high = on(opening_range(BARS, 15).high, candles)
    assert np.isnan(high[:3]).all()
    assert (high[3:] == whole.high[[0, 3, 7]].max()).all()


def test_a_session_without_a_candle_in_its_opening_range_has_none() -> None:
    """A late opening: nothing closed within the first minutes."""
    candles = kept(days("2024-03-01"), np.arange(40, 300))
    assert np.isnan(on(opening_range(BARS, 15).high, candles)).all()


def test_a_candle_that_reaches_past_the_range_is_not_of_it() -> None:
    """Twelve minutes by five-minute candles: the two that close within them."""
    candles = days("2024-03-01", interval=Interval.FIVE_MINUTES)
    high = on(opening_range(BARS, 12).high, candles)
    assert np.isnan(high[:2]).all()
    assert (high[2:] == candles.high[:2].max()).all()


def test_what_closed_before_the_opening_is_not_of_the_range() -> None:
    """A vendor's bar of the pre-open call at 09:07, and one that ends as the session begins."""
    whole = days("2024-03-01")
    early = made([int(whole.time[0]) - minutes * 60_000_000 for minutes in (8, 1)], seed=3)
    candles = joined(dataclasses.replace(early, high=early.high + 500, low=early.low - 400), whole)
    found = opening_range(BARS, 15)
    high, low = on(found.high, candles), on(found.low, candles)
    assert (high[16:] == whole.high[:15].max()).all()
    assert (low[16:] == whole.low[:15].min()).all()


def test_pivots_are_of_the_last_completed_session() -> None:
    """The textbook's numbers from high 110, low 100, close 108, all the next day long and not before."""
    candles = days("2024-02-29", "2024-03-01")
    high, low, close = candles.high[:375].max(), candles.low[:375].min(), candles.close[374]
    pivot = (high + low + close) / 3
    expected = {
        "pivot": pivot,
        "r1": 2 * pivot - low,
        "s1": 2 * pivot - high,
        "r2": pivot + (high - low),
        "s2": pivot - (high - low),
        "r3": high + 2 * (pivot - low),
        "s3": low - 2 * (high - pivot),
    }
    for name, level in expected.items():
        found = on(getattr(pivot_points(BARS), name), candles)
        assert np.isnan(found[:375]).all()
        np.testing.assert_allclose(found[375:], level, rtol=1e-14)


def test_the_gap_is_known_from_the_sessions_first_candle_on() -> None:
    """Over the last candle's close of the session before."""
    candles = days("2024-02-29", "2024-03-01")
    found = on(gap(BARS), candles)
    assert np.isnan(found[:375]).all()
    np.testing.assert_allclose(found[375:], candles.open[375] / candles.close[374] - 1, rtol=1e-12)


def test_daily_candles_have_gaps_and_pivots_too() -> None:
    """Each is a session."""
    names = ("2024-02-29", "2024-03-01", "2024-03-02", "2024-03-04")
    candles = days(*names, interval=Interval.ONE_DAY)
    np.testing.assert_allclose(
        on(gap(BARS), candles)[1:], candles.open[1:] / candles.close[:-1] - 1, rtol=1e-12
    )
    pivots = (candles.high + candles.low + candles.close) / 3
    np.testing.assert_allclose(on(pivot_points(BARS).pivot, candles)[1:], pivots[:-1], rtol=1e-14)


def test_minutes_and_the_longer_interval_agree_on_a_day() -> None:
    """The day so far ends as the day's candle."""
    candles = days("2024-02-29", "2024-03-01")
    assert on(day_high(BARS), candles)[374] == on(BARS.every("1d").high, candles)[374]
    assert on(session_total(BARS.volume, BARS), candles)[374] == on(BARS.every("1d").volume, candles)[374]


@pytest.mark.parametrize(
    ("root", "from_opening", "from_later"),
    [
        (vwap(BARS), 0, 365),
        (gap(BARS), 375, 365),
        (pivot_points(BARS).r1, 375, 740),
        (opening_range(BARS, 5).high, 0, 365),
        (changed(BARS.session), 1, 1),
    ],
    ids=["vwap", "gap", "pivots", "range", "changed"],
)
def test_a_session_that_was_not_seen_from_its_opening_is_not_warm(
    root: Column, from_opening: int, from_later: int
) -> None:
    """Nobody knows what came before; where the first candle is the opening's, nothing did."""
    candles = days("2024-02-28", "2024-02-29", "2024-03-01")
    assert warm(root, candles) == from_opening
    assert warm(root, candles.rows(10, len(candles))) == from_later


@pytest.mark.parametrize(
    ("root", "interval", "candles"),
    [
        (vwap(BARS), Interval.ONE_DAY, 1),
        (gap(BARS), Interval.ONE_DAY, 2),
        (vwap(BARS), Interval.ONE_HOUR, 7),
        (pivot_points(BARS).pivot, Interval.ONE_HOUR, 14),
    ],
    ids=["vwap of days", "gap of days", "vwap of hours", "pivots of hours"],
)
def test_the_look_back_is_as_many_candles_as_sessions_can_have(
    root: Column, interval: Interval, candles: int
) -> None:
    """One session, or two where one must be complete."""
    listed = [FIRST]
    assert lookback(root, interval, listed) in (candles, candles - 1)


def test_the_clock_tells_the_time_at_the_candles_close() -> None:
    """In India, in minutes since midnight."""
    candles = days("2024-03-01", DRILL, MUHURAT)
    times = on(BARS.time_of_day, candles)
    assert times[[0, 374]].tolist() == [9 * 60 + 16, 15 * 60 + 30]
    assert times[[375 + 44, 375 + 45, 375 + 104]].tolist() == [600, 11 * 60 + 31, 12 * 60 + 30]
    assert times[-1] == 19 * 60
    assert on(BARS.day_of_week, candles)[[0, 375, -1]].tolist() == [4, 5, 4]
    assert on(BARS.minutes_to_close, candles)[[0, 373, 374, 375, -2]].tolist() == [374, 1, 0, 194, 1]
    assert on(BARS.minutes_since_open, candles)[[0, 374, 375 + 45]].tolist() == [1, 375, 136]


def test_the_last_short_hour_closes_with_the_session() -> None:
    """At 15:30, not at 16:15."""
    candles = days("2024-03-01", interval=Interval.ONE_HOUR)
    assert on(BARS.time_of_day, candles)[-2:].tolist() == [15 * 60 + 15, 15 * 60 + 30]
    daily = days("2024-03-01", MUHURAT, interval=Interval.ONE_DAY)
    assert on(BARS.time_of_day, daily).tolist() == [15 * 60 + 30, 19 * 60]
