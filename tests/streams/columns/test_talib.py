"""Where TA-Lib has the indicator, ours agrees with it to 1e-9 after the warm-up, on real candles."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import talib
from numpy.typing import NDArray

from streams.columns import (
    BARS,
    Column,
    adx,
    atr,
    bollinger,
    correlation,
    deviation,
    donchian,
    ema,
    highest,
    lookback,
    lowest,
    macd,
    rolling_total,
    rsi,
    sma,
    stochastic,
    true_range,
    wma,
)
from streams.domain.market import Candles, Interval
from tests.streams.columns.markets import FIRST, on, shared

Theirs = Callable[[Candles], NDArray[np.float64]]

CLOSE = BARS.close


def stoch(c: Candles) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """TA-Lib's slow stochastic by simple averages."""
    simple: Any = 0
    found: tuple[NDArray[np.float64], NDArray[np.float64]] = talib.STOCH(
        c.high, c.low, c.close, 14, 3, simple, 3, simple
    )
    return found


PAIRS: dict[str, tuple[Column, Theirs]] = {
    "sma": (sma(CLOSE, 30), lambda c: talib.SMA(c.close, 30)),
    "ema": (ema(CLOSE, 21), lambda c: talib.EMA(c.close, 21)),
    "wma": (wma(CLOSE, 17), lambda c: talib.WMA(c.close, 17)),
    "rsi": (rsi(CLOSE, 14), lambda c: talib.RSI(c.close, 14)),
    "true_range": (true_range(BARS), lambda c: talib.TRANGE(c.high, c.low, c.close)),
    "atr": (atr(BARS, 14), lambda c: talib.ATR(c.high, c.low, c.close, 14)),
    "macd": (macd(CLOSE).line, lambda c: talib.MACD(c.close)[0]),
    "macd signal": (macd(CLOSE).signal, lambda c: talib.MACD(c.close)[1]),
    "macd histogram": (macd(CLOSE).histogram, lambda c: talib.MACD(c.close)[2]),
    "bollinger upper": (bollinger(CLOSE).upper, lambda c: talib.BBANDS(c.close, 20)[0]),
    "bollinger middle": (bollinger(CLOSE).middle, lambda c: talib.BBANDS(c.close, 20)[1]),
    "bollinger lower": (bollinger(CLOSE).lower, lambda c: talib.BBANDS(c.close, 20)[2]),
    "adx": (adx(BARS).adx, lambda c: talib.ADX(c.high, c.low, c.close, 14)),
    "plus_di": (adx(BARS).plus_di, lambda c: talib.PLUS_DI(c.high, c.low, c.close, 14)),
    "minus_di": (adx(BARS).minus_di, lambda c: talib.MINUS_DI(c.high, c.low, c.close, 14)),
    "stochastic k": (stochastic(BARS).k, lambda c: stoch(c)[0]),
    "stochastic d": (stochastic(BARS).d, lambda c: stoch(c)[1]),
    "donchian upper": (donchian(BARS).upper, lambda c: talib.MAX(c.high, 20)),
    "donchian lower": (donchian(BARS).lower, lambda c: talib.MIN(c.low, 20)),
    "donchian middle": (donchian(BARS).middle, lambda c: (talib.MAX(c.high, 20) + talib.MIN(c.low, 20)) / 2),
    "highest": (highest(CLOSE, 33), lambda c: talib.MAX(c.close, 33)),
    "lowest": (lowest(CLOSE, 33), lambda c: talib.MIN(c.close, 33)),
    "total": (rolling_total(CLOSE, 25), lambda c: talib.SUM(c.close, 25)),
}

MARKETS = {
    "1m": ("1m/RELIANCE.parquet", Interval.ONE_MINUTE, 30_000),
    "5m": ("5m/SBIN.parquet", Interval.FIVE_MINUTES, None),
    "1d": ("1d/TITAN.parquet", Interval.ONE_DAY, None),
    "index": ("1m/NIFTY.parquet", Interval.ONE_MINUTE, 30_000),
}

each_market = pytest.mark.parametrize("market", MARKETS)


@each_market
@pytest.mark.parametrize("name", PAIRS)
def test_values_agree_with_talib_after_the_warm_up(name: str, market: str) -> None:
    """To 1e-9, relative or absolute."""
    ours, theirs = PAIRS[name]
    candles = shared(*MARKETS[market])
    warm = lookback(ours, candles.interval, [FIRST])
    found, expected = on(ours, candles), theirs(candles)
    begins = int(np.argmax(~np.isnan(expected)))  # TA-Lib holds back the stochastic's k until there is a d
    assert begins <= warm + 2 < len(candles) / 2
    first = max(warm, begins)
    np.testing.assert_allclose(found[first:], expected[first:], rtol=1e-9, atol=1e-9)


@each_market
def test_the_deviation_agrees_with_talibs_as_far_as_talib_goes(market: str) -> None:
    """TA-Lib subtracts squares of prices from one another: half of its digits are rounding."""
    candles = shared(*MARKETS[market])
    found = on(deviation(CLOSE, 20), candles)[19:]
    np.testing.assert_allclose(found, talib.STDDEV(candles.close, 20)[19:], rtol=1e-5, atol=2e-4)
    windows = np.lib.stride_tricks.sliding_window_view(candles.close, 20)
    np.testing.assert_allclose(found, windows.std(axis=1), rtol=1e-9, atol=1e-9)


@each_market
def test_the_correlation_agrees_with_numpys(market: str) -> None:
    """TA-Lib's has the same trouble; numpy's is computed window by window."""
    candles = shared(*MARKETS[market])
    found = on(correlation(CLOSE, BARS.open, 20), candles)[19:]
    close = np.lib.stride_tricks.sliding_window_view(candles.close, 20)
    opened = np.lib.stride_tricks.sliding_window_view(candles.open, 20)
    for row in range(0, len(found), 997):
        if close[row].std() > 0 and opened[row].std() > 0:
            np.testing.assert_allclose(found[row], np.corrcoef(close[row], opened[row])[0, 1], atol=1e-9)
