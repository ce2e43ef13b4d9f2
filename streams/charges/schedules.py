"""Which rates hold for an instrument on a day: the Indian tariff, a flat amount an order, or nothing."""

from bisect import bisect_right
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from streams.charges.tariff import TARIFF, Line, Rates, Segment, segment_of
from streams.domain.market import Exchange, Instrument
from streams.domain.money import MAX_PRICE, MAX_QUANTITY
from streams.domain.orders import ProductType

_EPOCH = date(1970, 1, 1).toordinal()


class ScheduleKind(StrEnum):
    """How a run is charged."""

    INDIAN = "INDIAN"
    FLAT = "FLAT"
    NONE = "NONE"


class Schedule(NamedTuple):
    """How a run is charged. FLAT's only charges are `per_order`, an amount in units, and `rate`, parts per
    billion of an order's value."""

    kind: ScheduleKind = ScheduleKind.NONE
    per_order: int = 0
    rate: int = 0


INDIAN = Schedule(ScheduleKind.INDIAN)
FREE = Schedule()


def flat(per_order: int) -> Schedule:
    """So many units an order, with its first fill, and nothing else."""
    return Schedule(ScheduleKind.FLAT, per_order)


def proportional(rate: int) -> Schedule:
    """So many parts per billion of what an order comes to, rounded down to the unit, and nothing else."""
    return Schedule(ScheduleKind.FLAT, rate=rate)


def rates_on(schedule: Schedule, instrument: Instrument, product_type: ProductType, day: int) -> Rates:
    """The rates of a day, counted in Indian dates since 1970-01-01."""
    days, rates = _table(schedule, instrument, product_type)
    return rates[max(0, bisect_right(days, day) - 1)]


def rates_by_day(
    schedule: Schedule, instrument: Instrument, product_type: ProductType
) -> tuple[tuple[int, Rates], ...]:
    """All rates with the first day of each, ascending; the first holds before its day too."""
    return tuple(zip(*_table(schedule, instrument, product_type), strict=True))


@lru_cache(maxsize=4096)
def _table(
    schedule: Schedule, instrument: Instrument, product_type: ProductType
) -> tuple[tuple[int, ...], tuple[Rates, ...]]:
    if schedule.kind is not ScheduleKind.INDIAN:
        most = MAX_PRICE * MAX_QUANTITY if schedule.rate else 0
        return (0,), (Rates(schedule.per_order, schedule.rate, most),)
    segment = segment_of(instrument, product_type)
    if segment is None:
        return (0,), (Rates(),)
    lines = lines_of(Exchange(instrument.key.partition(":")[0]), segment)
    days = tuple(sorted({line.since.toordinal() - _EPOCH for line in lines}))
    return days, tuple(_rates(lines, day) for day in days)


def lines_of(exchange: Exchange, segment: Segment) -> tuple[Line, ...]:
    """The tariff's lines of a segment of an exchange, as they stand in the tariff."""
    return tuple(line for line in TARIFF if segment in line.segments and line.exchange in (None, exchange))


def _rates(lines: tuple[Line, ...], day: int) -> Rates:
    """Each item by its last line that is in force, or by its first where none is yet."""
    amounts: dict[str, int] = {}
    for line in sorted(lines, key=lambda line: line.since):
        if line.item not in amounts or line.since.toordinal() - _EPOCH <= day:
            amounts[line.item] = line.amount
    return Rates(**amounts)
