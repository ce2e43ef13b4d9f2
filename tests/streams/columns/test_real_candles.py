"""The laws on real candles, with the windows people use: stocks by the minute, and days that went wrong."""

from datetime import UTC, datetime

import numpy as np
import pytest

from streams.columns import (
    BARS,
    Column,
    adx,
    bollinger,
    correlation,
    deviation,
    ema,
    gap,
    keltner,
    lookback,
    macd,
    market,
    opening_range,
    pivot_points,
    rsi,
    sma,
    stochastic,
    vwap,
    wma,
)
from streams.domain.market import Chunk, Instrument, InstrumentKind, Interval
from tests.streams.columns.every import BOUNDED, PINNED
from tests.streams.columns.markets import FIRST, SECOND, bits, cut, evaluated, moments, shared

CLOSE, OTHER = BARS.close, market(1)

USUAL: dict[str, tuple[Column, ...]] = {
    "averages": (sma(CLOSE, 200), sma(CLOSE / BARS.open, 200), ema(CLOSE, 21), wma(CLOSE, 30)),
    "momentum": (rsi(CLOSE), *macd(CLOSE), *stochastic(BARS)),
    "channels": (*bollinger(CLOSE), *keltner(BARS), deviation(CLOSE, 100)),
    "trend": tuple(adx(BARS)),
    "session": (vwap(BARS), *opening_range(BARS, 15), *pivot_points(BARS), gap(BARS)),
    "quarters": (ema(BARS.every("15m").close, 3), rsi(BARS.every("5m").close, 3), BARS.every("1d").high),
    "other": (correlation(CLOSE, OTHER.close, 60), sma(OTHER.every("15m").close, 9) / CLOSE),
}

LISTED = (FIRST, SECOND._replace(kind=InstrumentKind.EQUITY))

ODD = {
    "outage and evening": ("2021-02-22", "2021-02-26"),
    "evening hour": ("2021-11-02", "2021-11-09"),
    "feed gaps": ("2022-03-03", "2022-03-09"),
    "Saturday drill": ("2024-02-29", "2024-03-05"),
    "election": ("2024-05-31", "2024-06-06"),
}


def two_stocks() -> Chunk:
    """The last 25 days or so of both, by the minute."""
    return tuple(shared(f"1m/{name}.parquet", Interval.ONE_MINUTE, 9_400) for name in ("RELIANCE", "TCS"))


@pytest.mark.parametrize("name", [*USUAL, *BOUNDED])
def test_as_many_candles_as_the_look_back_give_the_same_bits_as_all(name: str) -> None:
    """What live computes from its history is what the backtest computed from years."""
    roots = [*USUAL.get(name, ()), *BOUNDED.get(name, ())]
    chunk = two_stocks()
    times = moments(chunk)
    whole, _ = evaluated(roots, chunk, listed=LISTED)
    for root, column in enumerate(roots):
        needs = lookback(column, Interval.ONE_MINUTE, LISTED)
        for first in (5000, 6001, 8777):
            rest = cut(cut(chunk, [times[first - needs]])[1], [times[first + 120]])[0]
            found, warm = evaluated([column], rest, listed=LISTED)
            for own in range(2):
                assert warm[own] <= needs
                assert bits(found[own][0][needs:]) == bits(whole[own][root][first : first + 120])


@pytest.mark.parametrize("days", ODD)
@pytest.mark.parametrize("name", [*USUAL, *BOUNDED, *PINNED])
def test_days_that_went_wrong_are_no_exception_to_the_law_of_chunks(name: str, days: str) -> None:
    """Whole, at random places, by the minute for a stretch: the same bits."""
    roots = [*USUAL.get(name, ()), *BOUNDED.get(name, ()), *PINNED.get(name, ())]
    first, last = (
        int(datetime.fromisoformat(each).replace(tzinfo=UTC).timestamp()) * 10**6 for each in ODD[days]
    )
    nifty = shared("1m/NIFTY.parquet", Interval.ONE_MINUTE).between(first, last)
    bank = shared("1m/BANKNIFTY.parquet", Interval.ONE_MINUTE).between(first, last)
    chunk: Chunk = (nifty, bank)
    listed = tuple(Instrument(key, InstrumentKind.INDEX, 5, 1) for key in ("NSE:NIFTY", "NSE:SECOND"))
    times = moments(chunk)
    assert len(times) > 700
    edges = np.random.default_rng(3).choice(times, 25).tolist() + times[600:640]
    whole, warm = evaluated(roots, chunk, listed=listed)
    found, counted = evaluated(roots, chunk, edges, listed)
    assert counted == warm
    for own in range(2):
        for root in range(len(roots)):
            assert bits(found[own][root]) == bits(whole[own][root])
