"""Markets: instruments, intervals, and candles as columns."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.int64]
Prices = NDArray[np.float64]
Volumes = NDArray[np.int64]

MICROSECONDS = 1_000_000


class Exchange(StrEnum):
    """Where an instrument trades."""

    NSE = "NSE"
    BSE = "BSE"
    MCX = "MCX"


class InstrumentKind(StrEnum):
    """What an instrument is."""

    EQUITY = "EQUITY"
    INDEX = "INDEX"
    FUTURE = "FUTURE"
    OPTION = "OPTION"


class Interval(StrEnum):
    """How long a candle lasts."""

    ONE_MINUTE = "1m"
    THREE_MINUTES = "3m"
    FIVE_MINUTES = "5m"
    FIFTEEN_MINUTES = "15m"
    THIRTY_MINUTES = "30m"
    ONE_HOUR = "1h"
    ONE_DAY = "1d"

    @property
    def microseconds(self) -> int:
        """Its length; a day's is its nominal session, 09:15 to 15:30 IST."""
        return _MINUTES[self] * 60 * MICROSECONDS


_MINUTES = {
    Interval.ONE_MINUTE: 1,
    Interval.THREE_MINUTES: 3,
    Interval.FIVE_MINUTES: 5,
    Interval.FIFTEEN_MINUTES: 15,
    Interval.THIRTY_MINUTES: 30,
    Interval.ONE_HOUR: 60,
    Interval.ONE_DAY: 375,
}


class Instrument(NamedTuple):
    """What can be traded. `key` is `EXCHANGE:SYMBOL`; `tick_size` is in units of 1e-4 rupee.

    `freeze_quantity` is the most the exchange takes in one order, 0 any; `price_band` is how far a day's
    prices may be from the last close, in parts per million, 0 any; `expiry` is the last trading date as a
    proleptic ordinal, 0 for what does not expire.
    """

    key: str
    kind: InstrumentKind
    tick_size: int
    lot_size: int
    freeze_quantity: int = 0
    price_band: int = 0
    expiry: int = 0

    @property
    def exchange(self) -> Exchange:
        """Where it trades."""
        return Exchange(self.key.partition(":")[0])

    @property
    def tradable(self) -> bool:
        """An index has a price and no order book."""
        return self.kind is not InstrumentKind.INDEX


@dataclass(frozen=True, slots=True, eq=False)
class Candles:
    """Columns of n candles in ascending time.

    `time` is each candle's OPEN time, int64 microseconds since the epoch, UTC; prices are float64 rupees;
    `volume` is int64 shares.
    """

    instrument: str
    interval: Interval
    time: Times
    open: Prices
    high: Prices
    low: Prices
    close: Prices
    volume: Volumes

    def __len__(self) -> int:
        return len(self.time)

    def rows(self, start: int, stop: int) -> Candles:
        """The candles at positions start..stop-1, as views."""
        return self._at(slice(start, stop))

    def where(self, chosen: NDArray[np.bool_]) -> Candles:
        """The candles that a mask of n chooses."""
        return self if chosen.all() else self._at(chosen)

    def _at(self, part: slice | NDArray[np.bool_]) -> Candles:
        return Candles(
            self.instrument,
            self.interval,
            self.time[part],
            self.open[part],
            self.high[part],
            self.low[part],
            self.close[part],
            self.volume[part],
        )

    def between(self, start: int, stop: int) -> Candles:
        """The candles that open in [start, stop), both in microseconds."""
        first, last = np.searchsorted(self.time, [start, stop])
        return self.rows(int(first), int(last))


Chunk = tuple[Candles, ...]
"""What flows: one `Candles` per instrument of the run, in the run's order, over one window of time.

A chunk may hold no rows for an instrument; rows with the same time are never split over two chunks.
"""


def empty(instrument: str, interval: Interval) -> Candles:
    """No candles."""
    times, prices = np.empty(0, np.int64), np.empty(0, np.float64)
    return Candles(instrument, interval, times, prices, prices, prices, prices, times)


def joined(earlier: Candles, later: Candles) -> Candles:
    """Two stretches of the same series as one; `later` starts after `earlier` ends."""
    if not len(earlier):
        return later
    if not len(later):
        return earlier
    columns = ("time", "open", "high", "low", "close", "volume")
    both = [np.concatenate((getattr(earlier, name), getattr(later, name))) for name in columns]
    return Candles(later.instrument, later.interval, *both)
