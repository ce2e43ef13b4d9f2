"""Candles over a night: what was heard of one day says nothing of another."""

from datetime import date

from streams.candles import Clock, Making, Tick, advance, begin
from streams.domain.market import Instrument, InstrumentKind, Interval
from streams.sessions import MINUTE, instant, midnight

SHARE = Instrument("NSE:SHARE", InstrumentKind.EQUITY, 500, 1)
FIRST, LATER = date(2025, 1, 2), date(2025, 1, 3)


def at(day: date, clock: str) -> int:
    """`HH:MM:SS` on the day, in microseconds."""
    return instant(day, clock[:5]) + int(clock[6:]) * MINUTE // 60


def quote(day: date, clock: str, volume: int) -> Tick:
    """A price with the day's volume so far."""
    return Tick(SHARE.key, at(day, clock), 100.0, volume=volume)


def trade(day: date, clock: str, quantity: int, sequence: int) -> Tick:
    """A numbered trade."""
    return Tick(SHARE.key, at(day, clock), 100.0, quantity, sequence=sequence)


def volumes(*heard: Tick | Clock) -> list[int]:
    """The volumes of the minutes that come of it."""
    state, found = begin(Making((SHARE,), Interval.ONE_MINUTE), midnight(FIRST)), []
    for each in heard:
        state, chunk = advance(state, each)
        found += [volume for candles in chunk for volume in candles.volume.tolist()]
    return found


def test_a_tick_of_a_day_that_is_over_says_nothing() -> None:
    """On connecting, a broker repeats yesterday's last quote."""
    yesterday = quote(FIRST, "15:29:00", 9000)
    ticks = quote(LATER, "09:15:05", 10), yesterday, quote(LATER, "09:15:06", 25)
    assert volumes(*ticks, Clock(at(LATER, "09:16:00"))) == [25]


def test_a_numbering_of_ticks_may_start_anew_with_the_day() -> None:
    """As exchanges' do: the first tick of another day is no repetition, however high yesterday's were."""
    ticks = trade(FIRST, "15:29:01", 5, 9000), trade(LATER, "09:15:01", 7, 1), trade(LATER, "09:15:01", 7, 1)
    assert volumes(*ticks, Clock(at(LATER, "09:16:00"))) == [5, 7]
