"""Real candles for the laws: whole series, and the days on which something was odd."""

from datetime import UTC, datetime, timedelta
from functools import cache

import pyarrow.parquet as pq
import pytest

from streams.domain.market import Candles, Chunk, Interval
from tests.market_data import real

WHOLE = {
    "RELIANCE, 2025, by the minute": ("1m/RELIANCE.parquet", Interval.ONE_MINUTE),
    "SBIN, 2022-23, by five minutes": ("5m/SBIN.parquet", Interval.FIVE_MINUTES),
    "RELIANCE, 2000-2026, by the day": ("1d/RELIANCE.parquet", Interval.ONE_DAY),
}
ODD_DAYS = {
    "NIFTY, outage and evening session": ("2021-02-23", "2021-02-25"),
    "NIFTY, feed gaps": ("2022-03-04", "2022-03-08"),
    "NIFTY, evening hour": ("2021-11-03", "2021-11-08"),
    "NIFTY, Saturday drill": ("2024-03-01", "2024-03-04"),
    "NIFTY, election": ("2024-06-03", "2024-06-05"),
}
NAMES = (*WHOLE, *ODD_DAYS)

each_market = pytest.mark.parametrize("name", NAMES)


PARTNERS = {
    "1m/RELIANCE.parquet": "1m/TCS.parquet",
    "5m/SBIN.parquet": "5m/HDFCLIFE.parquet",
    "1d/RELIANCE.parquet": "1d/ONGC.parquet",
    "1m/NIFTY.parquet": "1m/BANKNIFTY.parquet",
}
"""Of the same interval, for what trades two."""


def real_market(name: str, count: int = 1) -> Chunk:
    """The candles of this name, or with a partner's; the test is skipped where they are absent."""
    if name in WHOLE:
        return _pair(*WHOLE[name])[:count]
    first, last = (datetime.fromisoformat(day).replace(tzinfo=UTC) for day in ODD_DAYS[name])
    indices = _pair("1m/NIFTY.parquet", Interval.ONE_MINUTE)[:count]
    return tuple(each.between(_micros(first), _micros(last + timedelta(days=1))) for each in indices)


def _pair(path: str, interval: Interval) -> Chunk:
    return _read(path, interval, "NSE:TEST0"), _read(PARTNERS[path], interval, "NSE:TEST1")


def _micros(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@cache
def _read(path: str, interval: Interval, key: str) -> Candles:
    table = pq.read_table(real(path))
    time = table["timestamp"].cast("int64").to_numpy()
    opened, high, low, close = (table[name].to_numpy() for name in ("open", "high", "low", "close"))
    return Candles(key, interval, time, opened, high, low, close, table["volume"].to_numpy())
