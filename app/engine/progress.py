"""How far a run has come: a share of its candles' time, told now and then."""

import asyncio
from decimal import Decimal

from app.engine.rows import Row
from app.store.driver import to_moment

EVERY = 0.25
"""Seconds between two progress events of a run."""


class Pace:
    """Tells whether it is time to speak again."""

    def __init__(self) -> None:
        self._spoke_at = 0.0

    def due(self) -> bool:
        """True at most once in `EVERY` seconds of the event loop."""
        now = asyncio.get_running_loop().time()
        if now - self._spoke_at < EVERY:
            return False
        self._spoke_at = now
        return True


class Progress:
    """From the open time of a run's first candle to that of its last, both in microseconds UTC."""

    def __init__(self, first: int, last: int) -> None:
        self._first, self._length = first, last - first

    def columns(self, time: int) -> Row:
        """The columns of the run's row once the candle that opened at `time` has closed."""
        share = Decimal(time - self._first) / self._length if self._length else Decimal(1)
        return {"last_candle_at": to_moment(time), "progress": share.quantize(Decimal("0.0001"))}


def said(columns: Row) -> Row:
    """Progress as an event's payload."""
    return {"progress": str(columns["progress"]), "lastCandleAt": columns["last_candle_at"].isoformat()}
