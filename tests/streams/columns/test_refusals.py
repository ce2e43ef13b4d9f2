"""What would look ahead cannot be written, and what a run cannot provide is said with its cause."""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from streams.columns import (
    BARS,
    Column,
    FrameError,
    LookAheadError,
    crossed_above,
    ema,
    gap,
    highest,
    lag,
    lookback,
    macd,
    market,
    opening_range,
    quantile,
    rsi,
    sma,
    start,
    vwap,
    wilder,
)
from streams.domain.market import Interval
from tests.streams.columns.markets import BOTH, FIRST

CLOSE = BARS.close

NOT_AN_EARLIER_CANDLE: list[Any] = [
    0,
    -1,
    1.0,
    1.5,
    -2.0,
    True,
    np.int64(-1),
    np.float64(2),
    np.True_,
    None,
    "1",
]


@pytest.mark.parametrize("k", NOT_AN_EARLIER_CANDLE, ids=repr)
def test_a_lag_of_anything_but_whole_candles_back_is_refused_naming_the_column(k: Any) -> None:
    """In every type a number may come in."""
    with pytest.raises(LookAheadError, match=r"lag\(sma\(close, 3\), .* would look ahead"):
        lag(sma(CLOSE, 3), k)


@pytest.mark.parametrize("window", NOT_AN_EARLIER_CANDLE, ids=repr)
@pytest.mark.parametrize("operator", [sma, ema, wilder, highest], ids=lambda each: str(each.__name__))
def test_a_window_of_anything_but_whole_candles_is_refused(operator: Any, window: Any) -> None:
    """A negative window would end before it begins."""
    with pytest.raises(LookAheadError, match=rf"{operator.__name__}\(close, .* would look ahead"):
        operator(CLOSE, window)


def test_a_numpy_count_of_candles_is_as_good_as_any() -> None:
    """Configs and optimisers make them."""
    count: Any = np.int64(3)
    assert lag(CLOSE, count) is lag(CLOSE, 3)
    assert sma(CLOSE, count) is sma(CLOSE, 3)


def test_a_window_beyond_what_can_be_summed_exactly_is_refused() -> None:
    """With the most there is."""
    with pytest.raises(ValueError, match="at most 100000 candles"):
        sma(CLOSE, 100_001)
    with pytest.raises(ValueError, match="at most 100000 candles"):
        ema(CLOSE, 4_001)


TAKEN: dict[str, Callable[[Any], object]] = {
    "a row": lambda column: column[0],
    "rows": lambda column: column[-1:],
    "an element": lambda column: 1 in column,
    "the rows": list,
    "the length": len,
    "a number": float,
    "a shifted array": lambda column: np.roll(column, -1),
    "a turned array": np.flip,
    "a sum": lambda column: np.add(column, 1),
}


@pytest.mark.parametrize("ask", TAKEN.values(), ids=TAKEN)
def test_nothing_can_be_taken_out_of_a_column(ask: Callable[[Any], object]) -> None:
    """No row, no length, no single number; and numpy must not take it for an array."""
    with pytest.raises((LookAheadError, TypeError, ValueError)):
        ask(CLOSE)


def test_a_copy_is_the_column_itself() -> None:
    """There is one of each."""
    assert copy.copy(CLOSE) is CLOSE
    assert copy.deepcopy(sma(CLOSE, 3)) is sma(CLOSE, 3)


@pytest.mark.parametrize("name", ["7m", "", "15", "1w", None])
def test_an_interval_nobody_knows_is_refused_with_those_there_are(name: Any) -> None:
    """When the strategy is built."""
    with pytest.raises(ValueError, match="is no interval: write one of 1m, 3m, 5m, 15m, 30m, 1h, 1d"):
        BARS.every(name)


@pytest.mark.parametrize(
    ("every", "interval"),
    [("5m", "3m"), ("1m", "5m"), ("15m", "30m"), ("30m", "1h"), ("1h", "1d"), ("3m", "15m"), ("5m", "1d")],
)
def test_a_longer_interval_must_be_a_whole_number_of_the_runs(every: str, interval: str) -> None:
    """Finer candles are not there to make it of; the sentence says what to do."""
    root = sma(BARS.every(every).close, 3) > CLOSE
    with pytest.raises(FrameError, match=rf'every\("{every}"\) cannot be made of {interval} candles: write'):
        start([[root]], Interval(interval), [FIRST])
    with pytest.raises(FrameError, match="cannot be made of"):
        lookback(root, Interval(interval))


@pytest.mark.parametrize(
    ("every", "interval"),
    [("5m", "5m"), ("15m", "3m"), ("1h", "15m"), ("1d", "1m"), ("1d", "1d"), ("30m", "5m")],
)
def test_a_whole_number_of_candles_fits(every: str, interval: str) -> None:
    """The same interval too: then the candles are the own ones."""
    assert start([[BARS.every(every).close]], Interval(interval), [FIRST])


@pytest.mark.parametrize("key", [-1, True, 1.5, None])
def test_a_market_is_named_by_a_key_or_a_position(key: Any) -> None:
    """Anything else is a mistake that is said at once."""
    with pytest.raises(ValueError, match="write a key such as"):
        market(key)


@pytest.mark.parametrize(
    ("key", "cause"),
    [
        (2, r"market\(2\) is not there: the run has 2 instruments"),
        ("NSE:NIFTY", r"market\('NSE:NIFTY'\) is not there: the run has NSE:FIRST, NSE:SECOND"),
        ("", "is not there"),
    ],
)
def test_a_market_the_run_does_not_have_is_refused(key: str | int, cause: str) -> None:
    """With those it has."""
    with pytest.raises(FrameError, match=cause):
        start([[market(key).close], []], Interval.ONE_MINUTE, BOTH)


def test_a_bare_symbol_listed_on_two_exchanges_is_ambiguous() -> None:
    """The key with the exchange is not."""
    listed = [FIRST, FIRST._replace(key="BSE:FIRST")]
    with pytest.raises(FrameError, match=r"market\('FIRST'\) is ambiguous"):
        start([[market("FIRST").close], []], Interval.ONE_MINUTE, listed)
    assert start([[market("BSE:FIRST").close], []], Interval.ONE_MINUTE, listed)


def test_a_quantile_lies_between_nothing_and_all() -> None:
    """0 is the least value, 1 the greatest."""
    with pytest.raises(ValueError, match="q lies between 0 and 1"):
        quantile(CLOSE, 5, 1.5)


def test_an_opening_range_lasts_at_least_a_minute() -> None:
    """In whole minutes."""
    with pytest.raises(LookAheadError, match="at least 1 minute"):
        opening_range(BARS, 0)


def test_errors_show_columns_as_they_were_written() -> None:
    """Not as the operators they are made of."""
    shown: list[Column] = [rsi(CLOSE, 9), macd(CLOSE).line, crossed_above(CLOSE, vwap(BARS)), gap(BARS)]
    assert list(map(repr, shown)) == [
        "rsi(close, 9)",
        "macd(close, 12, 26)",
        "crossed_above(close, vwap)",
        "gap",
    ]
    assert repr(sma(BARS.every("15m").close, 3) + market("NSE:NIFTY").close) == (
        "add(sma(every('15m').close, 3), market('NSE:NIFTY').close)"
    )
