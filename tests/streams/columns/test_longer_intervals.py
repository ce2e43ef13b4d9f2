"""Longer intervals: only what is complete is seen, anchored where the session's parts open."""

import numpy as np
import pytest

from streams.columns import BARS, Column, advance, lag, lookback, sma, start, when
from streams.domain.market import Candles, Interval
from tests.streams.columns.markets import DAYS, FIRST, closing, grid, kept, made, on, shared

CLOSE, M15 = BARS.close, BARS.every("15m")


def test_a_longer_candle_is_seen_from_the_close_of_its_last_finer_one_on() -> None:
    """The minute of 09:29 closes at 09:30, and with it the first quarter; not a minute before."""
    found = on(M15.close, closing(np.arange(1, 61)))
    assert np.isnan(found[:14]).all()
    assert found[14:29].tolist() == [15.0] * 15
    assert found[29:44].tolist() == [30.0] * 15


def test_a_longer_candle_holds_what_its_finer_ones_did() -> None:
    """First open, highest high, lowest low, last close, all volume."""
    candles = made(grid("2024-03-01", Interval.ONE_MINUTE), seed=3)
    row, part = 44, slice(30, 45)
    found = [float(on(each, candles)[row]) for each in (M15.open, M15.high, M15.low, M15.close, M15.volume)]
    assert found == [
        candles.open[30],
        candles.high[part].max(),
        candles.low[part].min(),
        candles.close[44],
        candles.volume[part].sum(),
    ]


def test_where_the_last_finer_candle_is_missing_the_next_one_completes_the_longer() -> None:
    """An illiquid minute: until the next trade nobody can know that no more came."""
    candles = kept(closing(np.arange(1, 61)), [*range(13), 17, 18])
    found = on(M15.close, candles)
    assert np.isnan(found[:13]).all()
    assert found[13:].tolist() == [13.0, 13.0]


def test_an_empty_stretch_makes_no_candle() -> None:
    """Average and lag of the longer interval count the candles there are."""
    candles = kept(closing(np.arange(1, 91)), [*range(15), *range(75, 90)])
    assert on(lag(M15.close), candles)[-1] == 15.0


def test_the_sessions_last_short_candle_is_complete_at_its_close() -> None:
    """An hour that opens at 15:15 ends at 15:30; the next day's first hour is a candle of its own."""
    quarters = Interval.FIFTEEN_MINUTES
    candles = made([*grid("2024-02-29", quarters), *grid("2024-03-01", quarters)], 1, interval=quarters)
    hours = BARS.every("1h")
    assert on(hours.close, candles)[24] == candles.close[24]
    assert on(hours.open, candles)[24] == candles.open[24]
    assert on(hours.open, candles)[28] == candles.open[25]


def test_the_grid_starts_anew_in_the_second_part_of_a_drill() -> None:
    """09:15-10:00 and 11:30-12:30 by the half hour: 09:15, 09:45 (short), 11:30, 12:00."""
    candles = made(grid("2024-03-02", Interval.ONE_MINUTE), seed=5)
    opens, seen = on(BARS.every("30m").open, candles), on(lag(BARS.every("30m").close), candles)
    assert opens[[29, 44, 74, 104]].tolist() == candles.open[[0, 30, 45, 75]].tolist()
    assert seen[104] == candles.close[74]


def test_a_day_is_complete_at_its_sessions_close_and_not_before() -> None:
    """Muhurat's hour is a day like any other."""
    times = [at for day in DAYS for at in grid(day, Interval.ONE_MINUTE)]
    candles = made(times, seed=6)
    ends = np.cumsum([len(grid(day, Interval.ONE_MINUTE)) for day in DAYS]) - 1
    found = on(BARS.every("1d").close, candles)
    assert np.isnan(found[: ends[0]]).all()
    for end, following in zip(ends, [*ends[1:], len(times)], strict=True):
        assert (found[end:following] == candles.close[end]).all()


def test_the_same_interval_gives_the_own_candles() -> None:
    """Each is complete as soon as it is there."""
    candles = made(grid("2024-03-01", Interval.ONE_MINUTE), seed=7)
    assert on(BARS.every("1m").high, candles).tolist() == candles.high.tolist()


def test_operators_on_a_longer_interval_count_its_candles() -> None:
    """And stand still between them."""
    candles = closing(np.arange(1, 76))
    found = on(sma(M15.close, 3), candles)
    assert np.isnan(found[:44]).all()
    assert found[44:59].tolist() == [30.0] * 15
    assert found[59:74].tolist() == [45.0] * 15


def test_mixed_with_own_candles_the_last_complete_one_counts() -> None:
    """So does a condition."""
    candles = closing(np.arange(1, 61))
    assert on(CLOSE - M15.close, candles)[[14, 20, 28, 29]].tolist() == [0.0, 6.0, 14.0, 0.0]
    above = when(M15.close > 20, 1, 0)
    assert on(above, candles)[[14, 28, 29]].tolist() == [0.0, 0.0, 1.0]
    both = (M15.close > 10) & (CLOSE > 16)
    assert on(both, candles)[[13, 15, 16]].tolist() == [False, False, True]


def test_two_longer_intervals_meet_on_the_own_candles() -> None:
    """Each with its last complete one."""
    candles = closing(np.arange(1, 61))
    found = on(M15.close - BARS.every("5m").close, candles)
    assert found[[14, 18, 19, 24, 29]].tolist() == [0.0, 0.0, -5.0, -10.0, 0.0]


def test_the_longest_in_a_chain_of_intervals_counts() -> None:
    """Half-hours of quarters are half-hours."""
    assert M15.every("30m").close is BARS.every("30m").close


def test_a_candle_cut_at_the_start_of_the_series_is_not_warm() -> None:
    """Its beginning was missed; from the opening on, nothing was."""
    candles = closing(np.arange(1, 101))
    assert warm(M15.close, candles) == 14
    assert warm(M15.close, candles.rows(5, 100)) == 24
    assert warm(sma(M15.close, 2), candles.rows(5, 100)) == 39


def warm(root: Column, candles: Candles) -> int:
    """The first row that may act."""
    _, (found,) = advance(start([[root]], candles.interval, [FIRST]), (candles,))
    return found.warm


@pytest.mark.parametrize(
    ("root", "interval", "candles"),
    [
        (M15.close, Interval.ONE_MINUTE, 30),
        (sma(M15.close, 10), Interval.ONE_MINUTE, 165),
        (sma(M15.close, 10), Interval.FIVE_MINUTES, 33),
        (sma(M15.close, 10) > lag(CLOSE, 200), Interval.ONE_MINUTE, 200),
        (sma(sma(M15.close, 10) + CLOSE, 6), Interval.ONE_MINUTE, 170),
        (BARS.every("1d").close, Interval.ONE_HOUR, 14),
    ],
    ids=repr,
)
def test_the_look_back_is_told_in_own_candles(root: Column, interval: Interval, candles: int) -> None:
    """One longer candle may be cut at the start, one is filling."""
    assert lookback(root, interval, [FIRST]) == candles


def test_candles_outside_the_session_belong_to_no_longer_candle() -> None:
    """Vendors bring a bar of the pre-open call at 09:07 and two after the close."""
    whole = made(grid("2024-03-01", Interval.ONE_MINUTE), seed=8)
    early, late = whole.time[0] - 8 * 60_000_000, whole.time[-1] + 60_000_000
    odd = made([int(early), *whole.time.tolist(), int(late)], seed=9)
    inner = odd.rows(1, len(odd) - 1)
    day = BARS.every("1d")
    for column in (M15.open, M15.high, M15.volume, day.high, day.volume):
        np.testing.assert_array_equal(on(column, odd)[1:-1], on(column, inner))


@pytest.mark.parametrize(
    ("fine", "interval", "coarse", "every"),
    [
        ("1m/NIFTY.parquet", Interval.ONE_MINUTE, "5m/NIFTY.parquet", Interval.FIVE_MINUTES),
    ],
)
def test_real_minutes_make_the_five_minutes_the_vendor_has(
    fine: str, interval: Interval, coarse: str, every: Interval
) -> None:
    """Each vendor candle is seen, with its prices, on the minute that completes it."""
    minutes, vendor = shared(fine, interval), shared(coarse, every)
    first, last = np.searchsorted(minutes.time, [vendor.time[0], minutes.time[-1]])
    minutes = minutes.rows(int(first), int(last) + 1)
    vendor = vendor.between(int(minutes.time[0]), int(minutes.time[-1]))
    assert len(vendor) > 15_000
    closing_minute = np.searchsorted(minutes.time, vendor.time + 4 * 60_000_000)
    exact = (closing_minute < len(minutes)) & (minutes.time[closing_minute] == vendor.time + 4 * 60_000_000)
    assert exact.mean() > 0.99
    longer = BARS.every(every)
    for name in ("open", "high", "low", "close"):
        seen = on(getattr(longer, name), minutes)[closing_minute[exact]]
        np.testing.assert_array_equal(seen, getattr(vendor, name)[exact])
