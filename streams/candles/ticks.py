"""What a feed says, and how candles are to be made of it."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from streams.domain.market import MICROSECONDS, Exchange, Instrument, InstrumentKind, Interval

NO_VOLUME = -1

Market = tuple[Exchange, InstrumentKind]


class Tick(NamedTuple):
    """A price at an instant, the venue's own: microseconds UTC, rupees.

    A feed of quotes gives the day's `volume` so far; one of trades gives each trade's `quantity`, 0 for a
    price that moved without one. `sequence` rises with each tick of an instrument where the feed counts
    them, at least within a day: one that does not rise is a repetition. Without it a repeated trade cannot be
    told from a second.
    """

    instrument: str
    time: int
    price: float
    quantity: int = 0
    volume: int = NO_VOLUME
    sequence: int = 0


class Clock(NamedTuple):
    """It is this late, microseconds UTC: candles close where nothing trades, too."""

    time: int


class Empty(StrEnum):
    """What a stretch without a tick gives."""

    NONE = "NONE"
    FLAT = "FLAT"
    """A candle at the last close of the session, of volume 0; nothing before the session's first tick."""


class Making(NamedTuple):
    """Which candles to make, one column for each instrument, in this order.

    A candle is given out `grace` microseconds after its close, so that late ticks still count in it; the last
    of a session `tail` after, so that what is traded at the close and after it does too. Candles come in
    order of time: while one is held, later ones of other markets wait.
    """

    instruments: tuple[Instrument, ...]
    interval: Interval
    empty: Empty = Empty.NONE
    grace: int = 0
    tail: int = 0


AHEAD = 60 * MICROSECONDS
"""A tick so much later than the clock is stamped wrongly, and left out."""


def market_of(instrument: Instrument) -> Market:
    """The exchange and kind, which decide its hours."""
    return Exchange(instrument.key.split(":")[0]), instrument.kind
