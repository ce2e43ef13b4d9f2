"""Stamps to open times: what a file's own content, or the user's word, says that its stamps mean."""

import re
from typing import NamedTuple

import numpy as np

from app.importing.stamps import Form, Stamps
from streams.domain.market import MICROSECONDS, Exchange, InstrumentKind, Interval, Times
from streams.sessions import DAY, IST, MINUTE, bucket_ends, bucket_starts, nominal_opens, placement

DHAN = ("timestamp", "open", "high", "low", "close", "volume")
FARTHEST = 14 * 60
"""Minutes: the zone farthest from UTC."""

_DAY_NUMBERS = 100_000 * MICROSECONDS
"""An epoch count below this is a spreadsheet's number of days since 1900."""

_DHAN_MIDNIGHT = DAY - IST
"""00:00 IST as naive UTC: 18:30 of the day before."""


class Series(NamedTuple):
    """What the candles are of, as far as their times go."""

    exchange: Exchange
    kind: InstrumentKind
    interval: Interval


class Word(NamedTuple):
    """What the user says about a file's stamps; None where it is left to the file."""

    timezone: int | None = None
    """The offset from UTC of a wall clock, in microseconds."""
    closing: bool = False
    """Stamps are when candles closed, not when they opened."""


class Opened(NamedTuple):
    """Open times in microseconds UTC, and the format in words."""

    times: Times
    format: str


def offset_of(text: str) -> int:
    """A time zone's offset from UTC in microseconds: UTC, IST, Asia/Kolkata or ±HH:MM.

    Raises ValueError for any other.
    """
    if text.upper() in ("UTC", "Z"):
        return 0
    if text.lower() in ("ist", "asia/kolkata", "asia/calcutta"):
        return IST
    match = re.fullmatch(r"([+-])(\d\d):(\d\d)", text)
    if not match:
        raise ValueError(f"{text!r} is none of UTC, IST, Asia/Kolkata, ±HH:MM")
    minutes = int(match[2]) * 60 + int(match[3])
    if int(match[3]) > 59 or minutes > FARTHEST:
        raise ValueError(f"{text!r} is no zone on earth")
    return minutes * MINUTE * (-1 if match[1] == "-" else 1)


def opened(stamps: Stamps, names: tuple[str, ...], series: Series, word: Word) -> Opened | str:
    """When the candles opened, daily ones at their date's nominal opening; else why it cannot be told."""
    if not stamps.readable.any():
        return Opened(stamps.micros, "times that are not understood")
    found = _instants(stamps, names, series, word)
    if isinstance(found, str):
        return found
    if series.interval is Interval.ONE_DAY:
        return Opened(nominal_opens(series.exchange, found.times), found.format)
    if word.closing:
        return Opened(_from_close(found.times, series), f"{found.format}, stamped at the close")
    if _close_stamped(found.times[stamps.readable], series):
        return "its candles look stamped at their close: if they are, say --stamps close"
    return found


def _instants(stamps: Stamps, names: tuple[str, ...], series: Series, word: Word) -> Opened | str:
    if stamps.form is Form.INSTANT:
        return Opened(stamps.micros, "times with their zone")
    if word.timezone is not None:
        return Opened(stamps.micros - word.timezone, "wall clock in the zone given")
    wall_clock = stamps.micros[stamps.readable]
    if stamps.form is Form.EPOCH:
        return _epoch(stamps.micros, wall_clock, series)
    if series.interval is Interval.ONE_DAY and np.all(wall_clock % DAY == 0):
        return Opened(stamps.micros - IST, "dates")
    if names == DHAN and _is_dhan(wall_clock, series):
        return Opened(stamps.micros, "Dhan API, UTC without its zone")
    hint = _share(wall_clock - IST, series) > 0.9
    reading = "; they fit the session when read as --timezone Asia/Kolkata" if hint else ""
    return f"its times have no zone: say which with --timezone{reading}"


def _epoch(micros: Times, readable: Times, series: Series) -> Opened | str:
    if np.median(readable) < _DAY_NUMBERS:
        return "its times look like a spreadsheet's day numbers: save that column as dates with a clock"
    intraday = series.interval is not Interval.ONE_DAY
    if intraday and _share(readable, series) < 0.25 and _share(readable - IST, series) > 0.9:
        return (
            "its epoch stamps fit the session only read as a wall clock: if so, say --timezone Asia/Kolkata"
        )
    return Opened(micros, "epoch, UTC")


def _is_dhan(naive: Times, series: Series) -> bool:
    if series.interval is Interval.ONE_DAY:
        return bool(np.all(naive % DAY == _DHAN_MIDNIGHT))
    # Read as the other zone, an NSE day still overlaps its session by 45 minutes.
    return _share(naive, series) > 0.9 and _share(naive - IST, series) < 0.25


def _share(times: Times, series: Series) -> float:
    """How much of a sample of the times lies inside the session."""
    sample = times[:: max(1, len(times) // 5000)]
    return float(placement(*series, sample).inside.mean()) if len(sample) else 0.0


def _from_close(times: Times, series: Series) -> Times:
    """When candles opened that closed at `times`: the last of a session may be shorter than the others."""
    starts = bucket_starts(*series, times - 1)
    on_grid = bucket_ends(*series, starts) == times
    return np.where(on_grid, starts, times - series.interval.microseconds)


def _close_stamped(times: Times, series: Series) -> bool:
    """No candle at any opening, and on most days one just after the last."""
    placed = placement(*series, times)
    if not len(times) or placed.first.any():
        return False
    ended = ~placed.inside & placement(*series, times - series.interval.microseconds).inside
    return int(ended.sum()) * 2 > len(np.unique((times + IST) // DAY))
