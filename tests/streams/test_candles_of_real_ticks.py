"""Candles of the shared ticks: the day's official volume comes back to the share."""

from datetime import UTC, date, datetime
from typing import Any

import pyarrow.parquet as pq
import pytest

from streams.candles import Clock, Making, Tick, advance, begin
from streams.domain.market import Candles, Instrument, InstrumentKind, Interval
from streams.sessions import DAY, MINUTE, midnight
from tests.market_data import real


@pytest.mark.parametrize("symbol", ["RELIANCE", "HDFCBANK", "ICICIBANK", "INFY", "SBIN", "TCS"])
def test_a_real_day_of_quotes_rebuilds_the_official_volume(symbol: str) -> None:
    """10 May 2021, out of order and with falling counts; the tail takes what was traded after 15:30."""
    share, day = _share(symbol), midnight(date(2021, 5, 10))
    columns = _columns("ticks/NSE_ltp_2021-05-10.parquet", symbol, "ltp", "cum_volume")
    ticks = [
        Tick(share.key, time, price, volume=volume) for time, price, volume in zip(*columns, strict=True)
    ]
    candles = _built(Making((share,), Interval.ONE_MINUTE, tail=180 * MINUTE), day, ticks)
    assert _volume(candles) == _official(symbol, date(2021, 5, 10))


def test_without_a_tail_what_is_missing_is_told() -> None:
    """The candles of the session and what came too late for them are the day's volume together."""
    share, day = _share("SBIN"), midnight(date(2021, 5, 10))
    columns = _columns("ticks/NSE_ltp_2021-05-10.parquet", "SBIN", "ltp", "cum_volume")
    state, volume = begin(Making((share,), Interval.FIVE_MINUTES), day), 0
    for time, price, counted in zip(*columns, strict=True):
        state, chunk = advance(state, Tick(share.key, time, price, volume=counted))
        volume += _volume(list(chunk))
    assert 0 < state.unplaced < 50_000
    assert volume + state.unplaced == _official("SBIN", date(2021, 5, 10))


def test_a_real_day_of_trades_adds_up() -> None:
    """SUPREMEIND on 1 August 2025, trades and price updates."""
    share = _share("SUPREMEIND")
    columns = _columns("ticks/NSE_EQ_trades_2025-08-01.parquet", "SUPREMEIND", "price", "qty", "seq")
    ticks = [
        Tick(share.key, time, price, quantity, sequence=place + 1)
        for time, price, quantity, place in zip(*columns, strict=True)
    ]
    candles = _built(Making((share,), Interval.FIVE_MINUTES), midnight(date(2025, 8, 1)), ticks)
    assert _volume(candles) == 86_273


def _share(symbol: str) -> Instrument:
    return Instrument(f"NSE:{symbol}", InstrumentKind.EQUITY, 500, 1)


def _columns(file: str, symbol: str, *names: str) -> list[list[Any]]:
    table = pq.read_table(real(file), filters=[("symbol", "=", symbol)])
    return [table["timestamp"].cast("int64").to_pylist(), *(table[name].to_pylist() for name in names)]


def _official(symbol: str, day: date) -> int:
    stamp = datetime(day.year, day.month, day.day, 3, 45, tzinfo=UTC)
    rows = pq.read_table(real(f"1d/{symbol}.parquet"), filters=[("timestamp", "=", stamp)])
    return int(rows["volume"][0].as_py())


def _built(making: Making, day: int, ticks: list[Tick]) -> list[Candles]:
    state = begin(making, day)
    candles: list[Candles] = []
    events: list[Tick | Clock] = [*ticks, Clock(day + DAY)]
    for event in events:
        state, chunk = advance(state, event)
        candles += chunk
    return candles


def _volume(candles: list[Candles]) -> int:
    return sum(int(part.volume.sum()) for part in candles)
