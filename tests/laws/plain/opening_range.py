"""The opening-range breakout as one plain loop, from its docstring and its config's descriptions."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from tests.laws.plain.books import Books
from tests.laws.plain.bracket import Distances
from tests.laws.plain.desk import Ask, Desk, Terms
from tests.laws.plain.market import OPENS, Candle, units


class Rules(NamedTuple):
    """The range in minutes, the target in heights of it, the last entry in minutes since midnight."""

    minutes: int
    target_ranges: float
    last_entry: int
    allow_short: bool


def trade(candles: Iterable[Candle], rules: Rules, terms: Terms) -> Books:
    """The side on which the day's first range is left, until the stop, the target or the square-off.

    A day that the candles begin in the middle of has no range.
    """
    desk, day, was = Desk(terms), date.min, 0
    whole, first = False, list[Candle]()
    for candle in candles:
        desk.meet(candle)
        if candle.day != day:
            whole = day > date.min or candle.opens == OPENS
            day, first = candle.day, []
        if candle.closes <= OPENS + rules.minutes:
            first.append(candle)
        top = max((each.high for each in first), default=0)
        bottom = min((each.low for each in first), default=0)
        known = whole and candle.closes >= OPENS + rules.minutes and top > bottom
        in_time = known and candle.closes <= rules.last_entry
        side = (candle.close > top) - (candle.close < bottom) if in_time else 0
        enter = side if side != was and (side > 0 or rules.allow_short) else 0
        height = (top - bottom) / 10_000
        distances = Distances(units(height), units(rules.target_ranges * height))
        desk.close(candle, Ask(enter=enter, distances=distances))
        was = side
    return desk.done()
