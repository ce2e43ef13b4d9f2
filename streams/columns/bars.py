"""The market as a strategy sees it: columns of candles, its own, of a longer interval, of another market."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from streams import sessions
from streams.columns.column import Column, LookAheadError, made
from streams.columns.kinds import OWN, Evaluate, Frame, Reading, Values
from streams.columns.rows import Rows
from streams.domain.market import Interval


class Bars(NamedTuple):
    """One value a candle, this candle's included: rupees, and units of volume."""

    open: Column
    high: Column
    low: Column
    close: Column
    volume: Column

    def every(self, interval: Interval | str) -> Bars:
        """The candles of a longer interval, `every("15m")` or `every("1d")`: complete ones only.

        They are anchored at the opening of each part of the session; the last one ends with it. A candle
        stands until the next one is complete. Missing candles make no difference but to its prices; where
        the one that would complete it is missing, the next candle does.
        """
        try:
            longer = Interval(interval)
        except ValueError:
            known = ", ".join(Interval)
            raise LookAheadError(f"every({interval!r}) is no interval: write one of {known}") from None
        return bars_of(self._frame._replace(every=longer))

    @property
    def time_of_day(self) -> Column:
        """Minutes since midnight in India at the candle's close: 09:20 is 560."""
        return _reading("time_of_day", _time_of_day, self._frame)

    @property
    def day_of_week(self) -> Column:
        """0 on Monday, 6 on Sunday (some special sessions)."""
        return _reading("day_of_week", _day_of_week, self._frame)

    @property
    def minutes_since_open(self) -> Column:
        """Minutes from the session's opening to the candle's close, breaks included."""
        return _reading("minutes_since_open", _minutes_since_open, self._frame)

    @property
    def minutes_to_close(self) -> Column:
        """Minutes from the candle's close to the end of the day's continuous trading; 0 after it."""
        return _reading("minutes_to_close", _minutes_to_close, self._frame)

    @property
    def days_to_expiry(self) -> Column:
        """Calendar days to the instrument's last trading day, 0 on it; missing for what does not expire."""
        return _reading("days_to_expiry", _days_to_expiry, self._frame)

    @property
    def session(self) -> Column:
        """The session's number: it changes with the first candle of another day."""
        return _reading("session", _days, self._frame)

    @property
    def _frame(self) -> Frame:
        return self.close.frame or OWN


def bars_of(frame: Frame) -> Bars:
    """The candles of a frame."""
    return Bars(*(_reading(name, _COLUMN[name], frame) for name in Bars._fields))


def market(key: str | int) -> Bars:
    """The candles of another market, by key (`"NSE:NIFTY"`, `"NIFTY"`) or by its position in the run, from 0.

    They stand on the own candles with what was complete by each one's close and had opened by its opening:
    of the same interval the one that opened at the same time, the last one before where that is missing, NaN
    before the first. So a market of other hours is never seen ahead of its turn, though it closes earlier.
    """
    named: object = key  # whatever a strategy wrote
    if not isinstance(named, str | int) or isinstance(named, bool) or (isinstance(named, int) and named < 0):
        raise LookAheadError(f'market({key!r}): write a key such as "NSE:NIFTY" or a position from 0')
    return bars_of(Frame(key))


def _reading(name: str, read: Evaluate, frame: Frame) -> Column:
    market_of = "" if frame.market is None else f"market({frame.market!r})."
    every = "" if frame.every is None else f"every('{frame.every}')."
    return made(f"{market_of}{every}{name}", Reading(read), frame=frame)


def _open(rows: Rows) -> Values:
    return rows.candles.open


def _high(rows: Rows) -> Values:
    return rows.candles.high


def _low(rows: Rows) -> Values:
    return rows.candles.low


def _close(rows: Rows) -> Values:
    return rows.candles.close


def _volume(rows: Rows) -> Values:
    return rows.candles.volume.astype(np.float64)


_COLUMN = {"open": _open, "high": _high, "low": _low, "close": _close, "volume": _volume}


def _time_of_day(rows: Rows) -> Values:
    return ((rows.closes + sessions.IST) % sessions.DAY / sessions.MINUTE).astype(np.float64)


def _day_of_week(rows: Rows) -> Values:
    return ((rows.days + 3) % 7).astype(np.float64)  # 1970-01-01 was a Thursday


def _minutes_since_open(rows: Rows) -> Values:
    opens = sessions.session_opens(rows.exchange, rows.instrument.kind, rows.candles.time)
    return (rows.closes - opens) / sessions.MINUTE


def _minutes_to_close(rows: Rows) -> Values:
    left = sessions.minutes_to_close(rows.exchange, rows.instrument.kind, rows.closes)
    return left.astype(np.float64)


def _days_to_expiry(rows: Rows) -> Values:
    if not rows.instrument.expiry:
        return np.full(len(rows), np.nan)
    return sessions.days_to_expiry(rows.instrument.expiry, rows.candles.time).astype(np.float64)


def _days(rows: Rows) -> Values:
    return rows.days.astype(np.float64)


BARS = bars_of(OWN)
