"""Indicators by plain loops, and how they behave where textbooks are silent."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from streams.columns import (
    BARS,
    adx,
    atr,
    donchian,
    ema,
    keltner,
    lookback,
    macd,
    rsi,
    stochastic,
    supertrend,
    wilder,
)
from streams.domain.market import Candles, Interval
from tests.streams.columns.markets import FIRST, closing, on, unhurried, walk

CLOSE = BARS.close


@unhurried
@given(seed=st.integers(0, 2**32 - 1), window=st.integers(1, 30), on_grid=st.booleans())
def test_an_exponential_average_is_the_recursion_to_the_last_bits(
    seed: int, window: int, on_grid: bool
) -> None:
    """What is older than the look-back weighs less than they do."""
    candles = walk(1000, seed, on_grid)
    found = on(ema(CLOSE, window), candles)
    average = float(candles.close[0])
    for row, close in enumerate(candles.close.tolist()):
        average += 2 / (window + 1) * (close - average)
        if row >= 25 * window:
            assert abs(found[row] - average) < 1e-11 * average


def test_the_look_backs_are_25_and_50_windows() -> None:
    """As the design has it."""
    assert lookback(ema(CLOSE, 12), Interval.ONE_MINUTE) == 25 * 12 - 1
    assert lookback(wilder(CLOSE, 14), Interval.ONE_MINUTE) == 50 * 14 - 1
    assert lookback(rsi(CLOSE, 14), Interval.ONE_MINUTE) == 50 * 14
    assert lookback(macd(CLOSE).signal, Interval.ONE_MINUTE) == 25 * (26 + 9) - 2


def test_a_market_that_does_not_move_is_neither_strong_nor_weak() -> None:
    """Half-way, where TA-Lib would say 0 and so oversold."""
    flat = closing([100.0] * 900)
    assert on(rsi(CLOSE, 3), flat)[-1] == 50
    assert on(stochastic(BARS).k, flat)[-1] == 50
    assert [float(on(each, flat)[-1]) for each in adx(BARS, 3)] == [0, 0, 0]


def test_a_missing_value_leaves_an_average_when_its_window_does() -> None:
    """A recursion would carry it for ever."""
    closes = np.arange(1.0, 201.0)
    closes[20] = np.nan
    found = on(ema(CLOSE, 3), closing(closes))
    assert np.isnan(found[20:84]).all()
    assert not np.isnan(found[84:]).any()


def test_channels_hold_the_highest_and_the_lowest() -> None:
    """Keltner's are as far from its average as its range says."""
    candles = walk(900)
    upper, middle, lower = (on(each, candles) for each in donchian(BARS, 5))
    assert upper[7] == candles.high[3:8].max()
    assert lower[7] == candles.low[3:8].min()
    assert middle[7] == (upper[7] + lower[7]) / 2
    above, centre, below = (on(each, candles)[-1] for each in keltner(BARS, 10, 7, 1.5))
    reach = 1.5 * on(atr(BARS, 7), candles)[-1]
    np.testing.assert_allclose([above, below], [centre + reach, centre - reach], rtol=1e-14)


def plain_supertrend(candles: Candles, ranges: list[float], width: float) -> list[tuple[float, float]]:
    """The chart's recursion, candle by candle, from its first average true range on."""
    found: list[tuple[float, float]] = []
    upper = lower = trend = None
    for row, reach in enumerate(ranges):
        if np.isnan(reach):
            found.append((np.nan, np.nan))
            continue
        middle = (candles.high[row] + candles.low[row]) / 2
        top, bottom = middle + width * reach, middle - width * reach
        if upper is not None and lower is not None:
            before = candles.close[row - 1]
            top = top if top < upper or before > upper else upper
            bottom = bottom if bottom > lower or before < lower else lower
        if trend is None:
            trend = -1.0
        elif trend < 0:
            trend = 1.0 if candles.close[row] > top else -1.0
        else:
            trend = -1.0 if candles.close[row] < bottom else 1.0
        upper, lower = top, bottom
        found.append((lower if trend > 0 else upper, trend))
    return found


@unhurried
@given(seed=st.integers(0, 2**32 - 1), width=st.sampled_from([0.5, 1.0, 3.0]))
def test_supertrend_is_the_charts_recursion(seed: int, width: float) -> None:
    """Line and direction, to the bit."""
    candles = walk(400, seed)
    line, direction = supertrend(BARS, 3, width)
    expected = plain_supertrend(candles, on(atr(BARS, 3), candles).tolist(), width)
    np.testing.assert_array_equal(on(line, candles), [each for each, _ in expected])
    np.testing.assert_array_equal(on(direction, candles), [trend for _, trend in expected])


def test_supertrend_flips_when_the_price_closes_beyond_its_line() -> None:
    """Up after the rise, down after the fall."""
    closes = [*([100.0, 101.0] * 90), *np.arange(102, 140), *np.arange(140, 90, -1)]
    candles = closing(closes)
    direction = on(supertrend(BARS, 2, 2.0).direction, candles)
    assert set(direction[101:180].tolist()) == {-1.0}
    assert direction[210] == 1.0
    assert direction[-1] == -1.0
    assert lookback(supertrend(BARS, 2).line, Interval.ONE_MINUTE, [FIRST]) == 100
