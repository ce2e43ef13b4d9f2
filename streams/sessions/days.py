"""Which spans a market trades on a date: the ordinary hours, unless it is special, a holiday or a weekend."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from streams.domain.market import Exchange, InstrumentKind
from streams.sessions import commodities
from streams.sessions.clock import minutes_of
from streams.sessions.holidays_2000 import HOLIDAYS as _TO_2012
from streams.sessions.holidays_2013 import HOLIDAYS as _FROM_2013
from streams.sessions.hours import CASH, FUTURES, OPTIONS, PhaseKind, Span, Spans, Table, continuous
from streams.sessions.special import (
    BSE_HOURS,
    FULL_WEEKENDS,
    REMARKS,
    SPECIAL_HOURS,
    UNCONFIRMED,
    Hours,
    SpecialDay,
)

T = TypeVar("T")

KNOWN: Mapping[Exchange, tuple[date, date]] = {
    Exchange.NSE: (date(2000, 1, 3), date(2026, 12, 31)),
    Exchange.BSE: (date(2000, 1, 3), date(2026, 12, 31)),
    Exchange.MCX: (date(2014, 1, 1), date(2026, 12, 31)),
}
"""First and last date whose holidays are on record; outside, every weekday is taken to trade."""

_TABLES = {InstrumentKind.FUTURE: FUTURES, InstrumentKind.OPTION: OPTIONS}


def _dated(text: str) -> dict[date, str]:
    """Lines of `date name`."""
    lines = (line.split(" ", 1) for line in text.strip().splitlines())
    return {date.fromisoformat(day): name for day, name in lines}


HOLIDAYS = _dated(_TO_2012) | _dated(_FROM_2013)
_WEEKENDS, _MCX_CLOSED = _dated(FULL_WEEKENDS), _dated(commodities.CLOSED)


def spans_of(exchange: Exchange, day: date, kind: InstrumentKind) -> Spans:
    """What a market does on the date, by the clock; nothing when it is closed."""
    if exchange is Exchange.MCX:
        return _commodity_spans(day)
    special = special_day(exchange, day)
    if special:
        return _special_spans(ordinary_spans(exchange, day, kind), special.hours)
    closed = day in HOLIDAYS or (day.weekday() >= 5 and day not in _WEEKENDS)
    return () if closed else ordinary_spans(exchange, day, kind)


def ordinary_spans(exchange: Exchange, day: date, kind: InstrumentKind) -> Spans:
    """What the market does on a day of that time, were it an ordinary one."""
    if exchange is Exchange.MCX:
        return (continuous(_in_force(commodities.MORNING_SINCE, day), _commodity_close(day)),)
    return _in_force(table_of(kind), day)


def table_of(kind: InstrumentKind) -> Table:
    """The hours of NSE and BSE for instruments of the kind."""
    return _TABLES.get(kind, CASH)


def special_day(exchange: Exchange, day: date) -> SpecialDay | None:
    """The day's own hours on NSE or BSE, if it has some."""
    text = day.isoformat()
    if exchange is Exchange.BSE and text in BSE_HOURS:
        return BSE_HOURS[text]
    return SPECIAL_HOURS.get(text)


def holiday_of(exchange: Exchange, day: date) -> str | None:
    """What the day is closed for, in whole or, on MCX, for its morning or evening."""
    if exchange is not Exchange.MCX:
        return HOLIDAYS.get(day)
    return _MCX_CLOSED.get(day) or (_half_closed(day) if day.isoformat() not in commodities.SPECIAL else None)


def occasion_of(exchange: Exchange, day: date) -> str | None:
    """Why the day trades other hours than usual, or trades at all, or stopped in between."""
    if exchange is Exchange.MCX:
        return _commodity_occasion(day)
    special = special_day(exchange, day)
    return special.occasion if special else _WEEKENDS.get(day) or REMARKS.get(day.isoformat())


def is_provisional(exchange: Exchange, day: date) -> bool:
    """Whether the calendar does not know the day: its holidays, or its hours, are assumed."""
    first, last = KNOWN[exchange]
    return not first <= day <= last or day.isoformat() in UNCONFIRMED


def _special_spans(ordinary: Spans, hours: Hours) -> Spans:
    """The opening call comes before the first part, at its usual distance."""
    trading = tuple(continuous(opens, closes) for opens, closes in hours)
    usual = next(span.opens for span in ordinary if span.kind is PhaseKind.OPEN)
    later = minutes_of(hours[0][0]) - minutes_of(usual)
    calls = (span for span in ordinary if span.kind is PhaseKind.PRE_OPEN)
    return (*(_shifted(call, later) for call in calls), *trading)


def _shifted(span: Span, minutes: int) -> Span:
    clocks = (_clock(text, minutes) if text else "" for text in (span.opens, span.closes, span.random_from))
    opens, closes, random_from = clocks
    return Span(span.kind, opens, closes, span.step, random_from)


def _clock(text: str, later: int) -> str:
    hours, minutes = divmod(minutes_of(text) + later, 60)
    return f"{hours:02}:{minutes:02}"


def _commodity_spans(day: date) -> Spans:
    special = commodities.SPECIAL.get(day.isoformat())
    if special:
        return (continuous(*special),)
    if day.weekday() == 5 and day <= commodities.LAST_SATURDAY:
        return (continuous(*commodities.SATURDAY),)
    if day.weekday() >= 5 or day in _MCX_CLOSED:
        return ()
    opens, closes = _in_force(commodities.MORNING_SINCE, day), _commodity_close(day)
    halves = _half_closed(day) is not None
    if halves and day not in HOLIDAYS:
        return (continuous(opens, commodities.EVENING),)
    return (continuous(commodities.EVENING if halves else opens, closes),)


def _half_closed(day: date) -> str | None:
    first, last = KNOWN[Exchange.MCX]
    if not first <= day <= last or day.weekday() >= 5:
        return None
    return HOLIDAYS.get(day) or ("New Year's Day" if (day.month, day.day) == (1, 1) else None)


def _commodity_close(day: date) -> str:
    first, last = commodities.LOCKDOWN
    if first <= day <= last:
        return commodities.EVENING
    return commodities.SUMMER_CLOSE if commodities.is_us_summer(day) else commodities.WINTER_CLOSE


def _commodity_occasion(day: date) -> str | None:
    text = day.isoformat()
    if text not in commodities.SPECIAL:
        first, last = commodities.LOCKDOWN
        return "Shorter hours in the lockdown" if first <= day <= last else None
    special = SPECIAL_HOURS.get(text)
    return special.occasion if special else _WEEKENDS[day]


def _in_force(table: tuple[tuple[str, T], ...], day: date) -> T:
    return next((value for since, value in reversed(table) if since <= day.isoformat()), table[0][1])
