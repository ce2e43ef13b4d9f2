"""A trading floor for one instrument: candles by hand, intents by row, and what came of them by row."""

from typing import Any, NamedTuple

import numpy as np

from streams import simulation
from streams.domain.intents import Action, Distance, Intent, Manner
from streams.domain.market import Candles, Interval
from streams.events import Effect, FillBooked, OrderMoved
from streams.state import State, Terms
from tests.builders import MINUTE, RUPEE, START, terms

Row = tuple[float, float, float, float]


class Came(NamedTuple):
    """A fill: its row, leg, signed quantity, price in rupees."""

    row: int
    leg: str
    signed: int
    price: float


class Floor(NamedTuple):
    """What a simulation came to."""

    state: State
    effects: tuple[Effect, ...]

    @property
    def fills(self) -> list[Came]:
        """Every fill in order."""
        return [_came(each) for each in self.effects if isinstance(each, FillBooked)]

    def ended(self, status: str) -> list[str]:
        """The names of the orders that came to this status."""
        moved = (each for each in self.effects if isinstance(each, OrderMoved))
        return [each.request.key.name for each in moved if each.status == status]


def _came(booked: FillBooked) -> Came:
    fill = booked.fill
    signed = fill.side.sign * fill.quantity
    return Came((fill.time - START) // MINUTE, fill.order.leg, signed, fill.price / RUPEE)


def candles(*rows: Row, volume: int = 1000, times: list[int] | None = None) -> Candles:
    """One-minute candles from open, high, low, close."""
    opened, high, low, close = np.array(rows, np.float64).T
    time = np.array(times if times is not None else START + MINUTE * np.arange(len(rows)), np.int64)
    volumes = np.full(len(rows), volume, np.int64)
    return Candles("NSE:TEST0", Interval.ONE_MINUTE, time, opened, high, low, close, volumes)


def at(row: int, target: int, manner: Manner = Manner(), **more: Any) -> Intent:  # noqa: B008  # frozen
    """An intent at a row's close; its sequence is the row."""
    return Intent(row, START + row * MINUTE, 0, target, manner=manner, **more)


def enter(row: int, target: int, manner: Manner = Manner(), **more: Any) -> Intent:  # noqa: B008  # frozen
    """An entry at a row's close."""
    return at(row, target, manner, action=Action.ENTER, **more)


def points(rupees: float) -> Distance:
    """A distance in rupees."""
    return Distance(round(rupees * RUPEE))


def traded(chunk: Candles, *intents: Intent, agreed: Terms | None = None) -> Floor:
    """What the intents led to over the candles, stepping through all of them."""
    under = agreed or terms()
    known, effects = simulation.simulate(under, simulation.begin(under), (chunk,), intents, simulation.every)
    return Floor(known.state, effects)
