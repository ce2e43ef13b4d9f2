"""Operators worked by hand on a few candles."""

import numpy as np
import pytest
from numpy.typing import NDArray

from streams.columns import (
    BARS,
    HOLD,
    Column,
    absolute,
    bars_since,
    ceil,
    changed,
    correlation,
    crossed_above,
    crossed_below,
    deviation,
    floor,
    highest,
    known,
    lag,
    lowest,
    maximum,
    minimum,
    otherwise,
    quantile,
    rolling_total,
    sign,
    sqrt,
    when,
    wma,
)
from tests.streams.columns.markets import closing, made, on

CLOSE, OPEN = BARS.close, BARS.open
NAN = np.nan


def values(root: Column, closes: list[float], opens: list[float] | None = None) -> NDArray[np.float64]:
    """A column's values on these closes."""
    return on(root, closing(closes, opens))


WORKED: dict[str, tuple[Column, list[float], list[float]]] = {
    "absolute": (absolute(CLOSE - 2), [1, 2, 4], [1, 0, 2]),
    "minimum": (minimum(CLOSE, 2), [1, 2, 4], [1, 2, 2]),
    "minimum of three": (minimum(CLOSE, 2, CLOSE - 3), [1, 2, 9], [-2, -1, 2]),
    "maximum": (maximum(2, CLOSE), [1, NAN, 4], [2, NAN, 4]),
    "sqrt": (sqrt(CLOSE), [9, -1], [3, NAN]),
    "floor": (floor(CLOSE), [1.9, -1.1], [1, -2]),
    "ceil": (ceil(CLOSE), [1.1, -1.9], [2, -1]),
    "sign": (sign(CLOSE - 2), [1, 2, 4], [-1, 0, 1]),
    "known": (when(known(lag(CLOSE)), 1, 0), [1, 2], [0, 1]),
    "otherwise": (otherwise(lag(CLOSE), 7), [1, 2], [7, 1]),
    "lag": (lag(CLOSE, 2), [1, 2, 3], [NAN, NAN, 1]),
    "changed": (when(changed(CLOSE), 1, 0), [1, 1, 2, NAN, 2], [0, 0, 1, 0, 0]),
    "changed condition": (when(changed(CLOSE > 1), 1, 0), [1, 2, 2, 1], [0, 1, 0, 1]),
    "above": (when(crossed_above(CLOSE, 2), 1, 0), [1, 3, 3, 2, 3, NAN, 3], [0, 1, 0, 0, 1, 0, 0]),
    "below": (when(crossed_below(CLOSE, 2), 1, 0), [3, 1, 1, 2, 1], [0, 1, 0, 0, 1]),
    "since": (bars_since(CLOSE > 2), [1, 3, 1, 1, 3, 1], [NAN, 0, 1, 2, 0, 1]),
    "highest": (highest(CLOSE, 3), [3, 1, 2, 1, 5], [NAN, NAN, 3, 2, 5]),
    "lowest": (lowest(CLOSE, 2), [3, 1, 2, 1, 5], [NAN, 1, 1, 1, 1]),
    "total": (rolling_total(CLOSE, 2), [3, 1, 2, NAN, 5, 6], [NAN, 4, 3, NAN, NAN, 11]),
    "deviation": (deviation(CLOSE, 4), [2, 4, 4, 6], [NAN, NAN, NAN, np.sqrt(2)]),
    "wma": (wma(CLOSE, 3), [1, 2, 6, 3], [NAN, NAN, 23 / 6, 23 / 6]),
    "median": (quantile(CLOSE, 3, 0.5), [3, 1, 2, 9], [NAN, NAN, 2, 2]),
    "quarter": (quantile(CLOSE, 5, 0.25), [1, 2, 3, 4, 5], [NAN, NAN, NAN, NAN, 2]),
    "tenth": (quantile(CLOSE, 2, 0.1), [10, 20, NAN], [NAN, 11, NAN]),
    "correlation": (correlation(CLOSE, -2 * CLOSE, 3), [1, 2, 5], [NAN, NAN, -1]),
    "no correlation": (correlation(CLOSE, 5, 3), [1, 2, 5], [NAN, NAN, NAN]),
    "hold": (when(CLOSE > 1, HOLD, 2), [1, 2], [2, NAN]),
}


@pytest.mark.parametrize("name", WORKED)
def test_an_operator_gives_what_was_worked_by_hand(name: str) -> None:
    """On a few closes, missing values among them."""
    root, closes, expected = WORKED[name]
    np.testing.assert_allclose(values(root, closes), expected, rtol=1e-14)


def test_a_flat_market_has_no_deviation_and_lies_on_its_averages() -> None:
    """Exactly: or bands would be crossed by rounding."""
    from streams.columns import bollinger, ema, wilder

    closes = [1234.5678912] * 1100
    for window in (2, 3, 7, 20, 43):
        band = bollinger(CLOSE, window)
        for root in (*band, ema(CLOSE, window), wilder(CLOSE, min(window, 20)), wma(CLOSE, window)):
            found = values(root, closes)
            assert (found[~np.isnan(found)] == 1234.5678912).all()
            assert found[-1] == 1234.5678912


def test_a_crossing_is_seen_after_a_touch() -> None:
    """Below, equal, above: it has crossed on the third."""
    crossed = when(crossed_above(CLOSE, OPEN), 1, 0)
    assert values(crossed, [1, 2, 3, 3], opens=[2, 2, 2, 2]).tolist() == [0, 0, 1, 0]


def test_counting_candles_steps_over_nights_and_missing_ones() -> None:
    """Documented: an operator counts the candles there are."""
    candles = made(closing(np.ones(800)).time[[0, 5, 374, 375, 380, 799]], seed=1)
    assert on(lag(CLOSE, 2), candles)[2:].tolist() == candles.close[:-2].tolist()
    assert on(bars_since(BARS.minutes_since_open == 1), candles).tolist() == [0, 1, 2, 0, 1, 2]
