"""When a market trades: a day's phases, its holiday, and what comes next."""

import datetime as dt
from datetime import datetime
from typing import Annotated, Self

import strawberry

from app.api.context import Info
from app.api.enums import described
from app.api.errors import Refusal
from app.store.driver import to_micros, to_moment
from streams.domain.market import Exchange, InstrumentKind
from streams.sessions import (
    Phase,
    PhaseKind,
    holiday_of,
    is_provisional,
    midnight,
    next_close,
    next_open,
    occasion_of,
    phase_at,
    session_of,
    trading_date,
)

FIRST, LAST = dt.date(1990, 1, 1), dt.date(2199, 12, 31)

described(
    PhaseKind,
    "What a market does.",
    name="MarketPhase",
    PRE_OPEN="Orders are collected for the opening call; they match in it once.",
    OPEN="Continuous trading.",
    CLOSING_AUCTION="Orders are collected for the closing price; they match at it once.",
    POST_CLOSE="Trading at the closing price.",
    CLOSED="Nothing trades.",
)


@strawberry.type(description="A stretch of a day in which a market does one thing.")
class SessionPhase:
    """A phase of a day."""

    phase: PhaseKind = strawberry.field(description="What the market does.")
    step: str | None = strawberry.field(
        description="Which step of it, in words; null when it is not in steps."
    )
    opens: datetime = strawberry.field(description="When it begins.")
    closes: datetime = strawberry.field(description="When it ends, at the latest.")
    random_from: datetime | None = strawberry.field(
        description="It ends at a random moment from here on; null when it ends as said."
    )

    @classmethod
    def of(cls, phase: Phase) -> Self:
        """From the calendar's."""
        return cls(
            phase=phase.kind,
            step=phase.step or None,
            opens=to_moment(phase.opens),
            closes=to_moment(phase.closes),
            random_from=to_moment(phase.random_from) if phase.random_from else None,
        )


@strawberry.type(description="A market's day: whether and when it trades.")
class MarketSession:
    """A market's day."""

    exchange: Exchange = strawberry.field(description="Where.")
    kind: InstrumentKind = strawberry.field(description="For instruments of this kind.")
    date: dt.date = strawberry.field(description="The day, in India.")
    as_of: datetime = strawberry.field(
        description="The moment `phase`, `nextOpen` and `nextClose` speak of: now when the day is today, "
        "else the beginning of the day in India."
    )
    phase: PhaseKind = strawberry.field(description="What the market does then.")
    opens: datetime | None = strawberry.field(description="When trading begins; null on a closed day.")
    closes: datetime | None = strawberry.field(
        description="When trading ends, closing auction included; null on a closed day."
    )
    continuous_close: datetime | None = strawberry.field(
        description="When continuous trading ends; null on a closed day."
    )
    phases: list[SessionPhase] = strawberry.field(description="What the market does, in order of time.")
    holiday: str | None = strawberry.field(
        description="What the day, or on MCX a half of it, is closed for; null when it is no holiday."
    )
    occasion: str | None = strawberry.field(
        description="Why it trades on a weekend or at other hours than usual, or stopped; null as a rule."
    )
    next_open: datetime = strawberry.field(description="When trading begins next, after a break too.")
    next_close: datetime = strawberry.field(description="When trading ends next, or stops for a break.")
    provisional: bool = strawberry.field(
        description="The holidays of the day's year, or its hours, are not on record: they are assumed."
    )

    @classmethod
    def of(cls, exchange: Exchange, kind: InstrumentKind, day: dt.date, at: int) -> Self:
        """The day as seen at the instant, in microseconds."""
        session = session_of(exchange, day, kind)
        return cls(
            exchange=exchange,
            kind=kind,
            date=day,
            as_of=to_moment(at),
            phase=phase_at(exchange, kind, at),
            opens=to_moment(session.opens) if session else None,
            closes=to_moment(session.closes) if session else None,
            continuous_close=to_moment(session.continuous_close) if session else None,
            phases=[SessionPhase.of(phase) for phase in session.phases] if session else [],
            holiday=holiday_of(exchange, day),
            occasion=occasion_of(exchange, day),
            next_open=to_moment(next_open(exchange, kind, at)),
            next_close=to_moment(next_close(exchange, kind, at)),
            provisional=is_provisional(exchange, day),
        )


@strawberry.type
class MarketSessionQueries:
    """Root fields about when markets trade."""

    @strawberry.field(description="A market's day: whether and when it trades, and what comes next.")
    def market_session(
        self,
        info: Info,
        exchange: Annotated[Exchange, strawberry.argument(description="Where.")],
        kind: Annotated[
            InstrumentKind | None,
            strawberry.argument(description="For which instruments: shares when absent, on MCX futures."),
        ] = None,
        date: Annotated[
            dt.date | None, strawberry.argument(description="The day, in India; today when absent.")
        ] = None,
    ) -> MarketSession:
        """The day's session."""
        usual = InstrumentKind.FUTURE if exchange is Exchange.MCX else InstrumentKind.EQUITY
        now = to_micros(info.context.api.clock.now())
        today = trading_date(now)
        day = checked(date or today)
        return MarketSession.of(exchange, kind or usual, day, now if day == today else midnight(day))


def checked(day: dt.date) -> dt.date:
    """The date, refused when no calendar speaks of it."""
    if not FIRST <= day <= LAST:
        raise Refusal("BAD_USER_INPUT", f"The calendar goes from {FIRST} to {LAST}; {day} was asked for.")
    return day
