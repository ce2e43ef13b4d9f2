"""Time cells to microseconds, and what they are: instants, an epoch count, or a wall clock."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from app.importing.numbers import filled, joined, present, reals
from app.store.driver import to_micros
from streams.domain.market import MICROSECONDS, Times
from streams.sessions import DAY, Mask

LIMIT = 10**16
"""Microseconds: no time read is farther from 1970 (the year 2286), so that sums with it cannot overflow."""

_EIGHT_DIGIT_DATES = (19_000_101, 21_001_231)


class Form(StrEnum):
    """What a file's stamps are."""

    INSTANT = "INSTANT"
    EPOCH = "EPOCH"
    WALL_CLOCK = "WALL_CLOCK"


class Stamps(NamedTuple):
    """Times as microseconds, a wall clock's as if it were UTC's; 0 where `readable` is False."""

    micros: Times
    readable: Mask
    form: Form


def read_stamps(table: Any) -> Stamps | str:
    """The stamps of a table, from its time column or columns; else why there are none."""
    names = set(table.column_names)
    for whole in ("timestamp", "datetime"):
        if whole in names:
            return _stamps(joined(table[whole]))
    if {"date", "time"} <= names:
        return _together(_stamps(joined(table["date"])), _clock(joined(table["time"])))
    alone = next((name for name in ("time", "date") if name in names), None)
    return _stamps(joined(table[alone])) if alone else "no column named timestamp, datetime, date or time"


def _stamps(array: Any) -> Stamps:
    kind = array.type
    if pa.types.is_timestamp(kind):
        micros = pc.cast(array, pa.timestamp("us", kind.tz), safe=False)
        return _made(pc.cast(micros, pa.int64()), Form.INSTANT if kind.tz else Form.WALL_CLOCK)
    if pa.types.is_date(kind):
        return _made(pc.cast(pc.cast(array, pa.timestamp("us")), pa.int64()), Form.WALL_CLOCK)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _spoken(array.to_pylist())
    return _counted(array)


def _counted(array: Any) -> Stamps:
    """Eight-digit dates, or a count since 1970 in the unit that its size tells."""
    values, readable = reals(array)
    typical = float(np.median(np.abs(values[readable]))) if readable.any() else 0.0
    if _EIGHT_DIGIT_DATES[0] <= typical <= _EIGHT_DIGIT_DATES[1]:
        return _spoken([f"{value:08.0f}" for value in values])
    unit = next((unit for unit, size in ((MICROSECONDS, 1e11), (1000, 1e14)) if typical < size), 1)
    micros = np.clip(np.where(readable, values, 0) * unit, -LIMIT, LIMIT)
    return Stamps(np.rint(micros).astype(np.int64), readable, Form.EPOCH)


def _spoken(cells: Sequence[str | None]) -> Stamps:
    """Text, cell by cell: slower than Arrow's reader, and only met where that found no single format."""
    moments = [_moment(cell or "") for cell in cells]
    aware = sum(moment is not None and moment.tzinfo is not None for moment in moments)
    form = Form.INSTANT if aware * 2 > len(cells) else Form.WALL_CLOCK
    alike = [
        m if m is not None and (m.tzinfo is not None) == (form is Form.INSTANT) else None for m in moments
    ]
    micros = [to_micros(m if m.tzinfo else m.replace(tzinfo=UTC)) if m else 0 for m in alike]
    return Stamps(
        _bounded(np.array(micros, np.int64)), np.array([m is not None for m in alike], np.bool_), form
    )


def _moment(text: str) -> datetime | None:
    """ISO 8601, or the day first as India writes it: 31-12-2025 or 31/12/2025, with or without a clock."""
    trimmed = text.strip()
    if trimmed[2:3] in ("-", "/") and trimmed[5:6] == trimmed[2:3]:
        trimmed = f"{trimmed[6:10]}-{trimmed[3:5]}-{trimmed[:2]}{trimmed[10:]}"
    try:
        return datetime.fromisoformat(trimmed)
    except ValueError:
        return None


def _together(dates: Stamps, clock: tuple[Times, Mask]) -> Stamps | str:
    if dates.form is not Form.WALL_CLOCK:
        return "a date column that holds no dates beside a time column"
    since_midnight, readable = clock
    return Stamps(dates.micros // DAY * DAY + since_midnight, dates.readable & readable, Form.WALL_CLOCK)


def _clock(array: Any) -> tuple[Times, Mask]:
    """A time of day as microseconds since midnight."""
    if not pa.types.is_time(array.type):
        texts = [str(cell or "").strip() for cell in array.to_pylist()]
        since = _spoken([f"1970-01-01 {text}" for text in texts])
        return since.micros, since.readable
    micros = pc.cast(pc.cast(array, pa.time64("us"), safe=False), pa.int64())
    return filled(micros, 0), present(array)


def _made(micros: Any, form: Form) -> Stamps:
    return Stamps(_bounded(filled(micros, 0)), present(micros), form)


def _bounded(micros: Times) -> Times:
    return np.clip(micros, -LIMIT, LIMIT)
