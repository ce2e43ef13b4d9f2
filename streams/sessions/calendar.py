"""Sessions: what trades when, day by day, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from streams.domain.market import Exchange, InstrumentKind, Interval
from streams.sessions.clock import MINUTE, instant, minutes_of, trading_date
from streams.sessions.commodities import MORNING_SINCE, WINTER_CLOSE
from streams.sessions.days import ordinary_spans, spans_of, table_of
from streams.sessions.hours import EXPIRING_CLOSE, PhaseKind, Span, Spans
from streams.sessions.special import BSE_HOURS, SPECIAL_HOURS

FAR = 1 << 62
_TRADES = (PhaseKind.OPEN, PhaseKind.CLOSING_AUCTION)


class Phase(NamedTuple):
    """What a market does in [opens, closes); one that may end earlier, at random: from `random_from`."""

    kind: PhaseKind
    opens: int
    closes: int
    step: str = ""
    random_from: int = 0


class Part(NamedTuple):
    """An unbroken stretch of trading, closing auction included: [opens, closes)."""

    opens: int
    closes: int


class Session(NamedTuple):
    """A day's trading, in parts where a halt or a drill broke it."""

    day: date
    parts: tuple[Part, ...]
    phases: tuple[Phase, ...]
    """Ascending, from the opening call to what follows the close."""

    @property
    def opens(self) -> int:
        """When its first part opens."""
        return self.parts[0].opens

    @property
    def closes(self) -> int:
        """When its last part closes, closing auction included."""
        return self.parts[-1].closes

    @property
    def continuous_close(self) -> int:
        """When continuous trading ends: before the closing auction."""
        return max(phase.closes for phase in self.phases if phase.kind is PhaseKind.OPEN)

    @property
    def minutes(self) -> int:
        """How long it trades, breaks not counted."""
        return sum(part.closes - part.opens for part in self.parts) // MINUTE

    def contains(self, at: int) -> bool:
        """Whether the instant is inside one of its parts."""
        return any(part.opens <= at < part.closes for part in self.parts)


@lru_cache(maxsize=65_536)
def session_of(exchange: Exchange, day: date, kind: InstrumentKind = InstrumentKind.EQUITY) -> Session | None:
    """The day's session for instruments of this kind; None when the exchange is closed."""
    spans = spans_of(exchange, day, kind)
    return _session(day, spans) if spans else None


def nominal_session(exchange: Exchange, day: date, kind: InstrumentKind) -> Session:
    """The day's session, or the one it would have had, were it no holiday: a frame for candles of any day."""
    return session_of(exchange, day, kind) or _session(day, ordinary_spans(exchange, day, kind))


def is_open(exchange: Exchange, kind: InstrumentKind, at: int) -> bool:
    """Whether instruments of this kind trade at the instant, closing auction included."""
    session = session_of(exchange, trading_date(at), kind)
    return session is not None and session.contains(at)


def phase_at(exchange: Exchange, kind: InstrumentKind, at: int) -> PhaseKind:
    """What the market does at the instant."""
    session = session_of(exchange, trading_date(at), kind)
    phases = session.phases if session else ()
    return next((phase.kind for phase in phases if phase.opens <= at < phase.closes), PhaseKind.CLOSED)


def continuous_close(
    exchange: Exchange, kind: InstrumentKind, day: date, *, expiring: bool = False
) -> int | None:
    """When continuous trading ends, on a derivative's last day with `expiring`; None on a closed day."""
    session = session_of(exchange, day, kind)
    if session is None:
        return None
    since, clock = EXPIRING_CLOSE
    earlier = expiring and exchange is not Exchange.MCX and day.isoformat() >= since
    return min(session.continuous_close, instant(day, clock)) if earlier else session.continuous_close


def square_off_at(
    exchange: Exchange, kind: InstrumentKind, day: date, minutes_before: int, *, expiring: bool = False
) -> int | None:
    """So many minutes before the continuous close, but not before the opening; None on a closed day."""
    session, close = session_of(exchange, day, kind), continuous_close(exchange, kind, day, expiring=expiring)
    return None if session is None or close is None else max(session.opens, close - minutes_before * MINUTE)


def next_session(exchange: Exchange, kind: InstrumentKind, after: int) -> Session:
    """The first session that opens after the instant."""
    sessions = sessions_from(exchange, kind, trading_date(after))
    return next(session for session in sessions if session.opens > after)


def tradable_session(exchange: Exchange, kind: InstrumentKind, at: int) -> Session:
    """The session in which an order given at the instant can first trade: the one going on, or the next."""
    sessions = sessions_from(exchange, kind, trading_date(at))
    return next(session for session in sessions if session.closes > at)


def next_open(exchange: Exchange, kind: InstrumentKind, after: int) -> int:
    """When trading begins next, or begins again after a break."""
    sessions = sessions_from(exchange, kind, trading_date(after))
    return next(part.opens for session in sessions for part in session.parts if part.opens > after)


def next_close(exchange: Exchange, kind: InstrumentKind, after: int) -> int:
    """When trading ends next, or stops for a break."""
    sessions = sessions_from(exchange, kind, trading_date(after))
    return next(part.closes for session in sessions for part in session.parts if part.closes > after)


def sessions_from(exchange: Exchange, kind: InstrumentKind, day: date) -> Iterator[Session]:
    """The sessions of the day and all later ones, without end."""
    while True:
        session = session_of(exchange, day, kind)
        if session:
            yield session
        day += timedelta(days=1)


def candle_close(exchange: Exchange, kind: InstrumentKind, interval: Interval, opened: int) -> int:
    """`close_of` for one candle: when one that opened then closes."""
    session = nominal_session(exchange, trading_date(opened), kind)
    if interval is Interval.ONE_DAY:
        return session.closes
    opened_parts = [part for part in session.parts if part.opens <= opened]
    part = opened_parts[-1] if opened_parts else session.parts[0]
    return min(opened + interval.microseconds, part.closes if opened < part.closes else FAR)


def session_minutes(exchange: Exchange, kind: InstrumentKind, day: date) -> int:
    """How long the day trades, breaks not counted; 0 when it is closed."""
    session = session_of(exchange, day, kind)
    return session.minutes if session else 0


@lru_cache(maxsize=64)
def longest_session(exchange: Exchange, kind: InstrumentKind) -> int:
    """Minutes in the longest session there has been: a bound for what is anchored at an opening."""
    if exchange is Exchange.MCX:
        return minutes_of(WINTER_CLOSE) - minutes_of(MORNING_SINCE[-1][1])
    tables = [spans for _, spans in table_of(kind)]
    ordinary = (sum(_minutes(span) for span in spans if span.kind in _TRADES) for spans in tables)
    days = (*SPECIAL_HOURS, *BSE_HOURS)
    return max(*ordinary, *(session_minutes(exchange, kind, date.fromisoformat(day)) for day in days))


def most_candles(exchange: Exchange, kind: InstrumentKind, interval: Interval) -> int:
    """How many candles of the interval the longest session has."""
    if interval is Interval.ONE_DAY:
        return 1
    return -(-longest_session(exchange, kind) * MINUTE // interval.microseconds)


def _session(day: date, spans: Spans) -> Session:
    phases = tuple(_phase(day, span) for span in spans)
    return Session(day, _parts(phases), phases)


def _phase(day: date, span: Span) -> Phase:
    random_from = instant(day, span.random_from) if span.random_from else 0
    return Phase(span.kind, instant(day, span.opens), instant(day, span.closes), span.step, random_from)


def _parts(phases: tuple[Phase, ...]) -> tuple[Part, ...]:
    """Trading phases that follow one another without a gap are one part."""
    parts: list[Part] = []
    for phase in phases:
        if phase.kind not in _TRADES:
            continue
        if parts and parts[-1].closes == phase.opens:
            parts[-1] = Part(parts[-1].opens, phase.closes)
        else:
            parts.append(Part(phase.opens, phase.closes))
    return tuple(parts)


def _minutes(span: Span) -> int:
    return minutes_of(span.closes) - minutes_of(span.opens)
