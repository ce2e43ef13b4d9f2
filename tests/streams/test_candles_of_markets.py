"""Candles of several markets together: one order of time, whatever closes when."""

from datetime import date

from streams.candles import Clock, Making, Tick, advance, begin
from streams.domain.market import Instrument, InstrumentKind, Interval
from streams.sessions import MINUTE, instant, midnight

DAY = date(2025, 1, 2)
SHARE = Instrument("NSE:SHARE", InstrumentKind.EQUITY, 500, 1)
GOLD = Instrument("MCX:GOLD", InstrumentKind.FUTURE, 10_000, 1)


def stamps(tail: int, *clocks: str) -> list[tuple[list[str], list[str]]]:
    """A tick of each at 15:29, of gold at 15:30 too; what each later moment gives out of both."""
    state = begin(Making((SHARE, GOLD), Interval.ONE_MINUTE, tail=tail), midnight(DAY))
    for key, at in ((SHARE.key, "15:29"), (GOLD.key, "15:29"), (GOLD.key, "15:30")):
        state, _ = advance(state, Tick(key, instant(DAY, at), 100.0, 1))
    given = []
    for at in clocks:
        state, chunk = advance(state, Clock(instant(DAY, at)))
        given.append(tuple(_clocks(candles.time.tolist()) for candles in chunk) or ([], []))
    return [(share, gold) for share, gold in given]


def _clocks(times: list[int]) -> list[str]:
    minutes = [(time - midnight(DAY)) // MINUTE for time in times]
    return [f"{minute // 60:02}:{minute % 60:02}" for minute in minutes]


def test_gold_goes_on_when_shares_have_closed() -> None:
    """Each at its own close: 15:29 with the tick of 15:30, gold's next minute a minute later."""
    assert stamps(0, "15:30", "15:31") == [([], []), ([], ["15:30"])]


def test_what_is_held_holds_what_follows() -> None:
    """With a tail of ten minutes the share's last candle waits, and gold's next one with it."""
    assert stamps(10 * MINUTE, "15:31", "15:39", "15:40") == [
        ([], []),
        ([], []),
        (["15:29"], ["15:29", "15:30"]),
    ]
